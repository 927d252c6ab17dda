import { request, type Endpoint } from "@barecast/cli";
import { until } from "@barecast/waiting";

/** All that people ask for first: the pages, who they are (signaling, which asks Parse), and what goes on (Parse, which asks its database). */
const asked = ["/", "/session", "/api/classes/Stream?limit=1"];

/** Asks each on a connection of its own, as somebody who is signed in. @returns what was not answered as it should be, or null */
export async function unanswered(endpoint: Endpoint, cookie: string, timeoutMs = 2000): Promise<string | null> {
  const headers = { cookie, "x-parse-application-id": "barecast" };
  const wrong = asked.map(async (page) => {
    const found = await request(endpoint, "GET", page, { headers, timeoutMs }).then(
      ({ status, text }) => (status === 200 ? null : `${status} ${text.slice(0, 200)}`),
      ({ message }: Error) => message,
    );
    return found === null ? [] : [`GET ${page}: Expected 200, found ${found}`];
  });
  return (await Promise.all(wrong)).flat().join("\n") || null;
}

/** Asks again and again while something is done. @returns what was wrong meanwhile, each once */
export async function wrongDuring(work: Promise<unknown>, ask: () => Promise<string | null>): Promise<string[]> {
  const wrong = new Set<string | null>();
  let isOver = false;
  const look = async () => (wrong.add(await ask()), isOver ? null : "It is still being done");
  const asking = until(look, { withinMs: Infinity });
  await work.finally(() => (isOver = true));
  await asking;
  return [...wrong].filter((found) => found !== null);
}
