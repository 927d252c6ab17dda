import { machineStatus } from "@barecast/machines";
import { openSecrets, UserError, type Site } from "@barecast/site";
import { until } from "@barecast/waiting";
import type { Context } from "../context";
import { requireRunning, restingOf } from "./running";
import type { StreamVerified } from "../verify/stream";
import { request, type Endpoint } from "../verify/wire";

/** Where this computer reaches the site's pages. */
export async function endpointOf({ site, place }: Context): Promise<Endpoint> {
  const { caCert } = await openSecrets(site, place);
  return {
    domain: site.domain,
    address: site.hosts.find(({ roles }) => roles.includes("edge"))!.address,
    port: site.ports.https,
    ca: caCert,
  };
}

/** What must answer, each by what it says: pages, sign-in, accounts. */
interface Answer {
  readonly path: string;
  readonly status: number;
  readonly tells: string;
}
const answersOf = ({ hosts }: Site): Answer[] => [
  { path: "/", status: 200, tells: "the console" },
  { path: "/report/", status: 200, tells: "the reporter's page" },
  { path: "/session", status: 401, tells: "signaling: nobody is signed in" },
  ...hosts
    .filter(({ roles }) => roles.includes("media"))
    .map(({ name }) => ({ path: `/rec/${name}/`, status: 401, tells: `recordings of ${name}: for operators only` })),
];

/** The quick part: {@link awaitAnswers}, which tells of machines that rest, too. @throws UserError `verify.health` */
export async function verifyHealth(context: Context, withinMs: number): Promise<void> {
  const { site, signal } = context;
  const why = async () => [...restingOf(await machineStatus(site))].map(([name, state]) => `hosts.${name}: Its machine is ${state}`);
  await awaitAnswers(await endpointOf(context), site, { withinMs, signal, why });
}

/**
 * Waits until every part of the site answers through the edge.
 * @param why more about a failure @throws UserError `verify.health` with the last answers
 */
export async function awaitAnswers(
  endpoint: Endpoint,
  site: Site,
  { withinMs, signal, why = async () => [] }: { withinMs: number; signal?: AbortSignal; why?: () => Promise<string[]> },
): Promise<void> {
  const wrong = async () => {
    const found = await Promise.all(answersOf(site).map((answer) => compare(endpoint, answer)));
    return found.filter((text) => text !== null).join("\n") || null;
  };
  const fail = async (reason: string) => new UserError("verify.health", [reason, ...(await why())].join("\n"), 5);
  await until(wrong, { withinMs, everyMs: 200, fail, signal });
}

async function compare(endpoint: Endpoint, { path, status, tells }: Answer): Promise<string | null> {
  const address = `https://${endpoint.domain}${path}`;
  try {
    const found = await request(endpoint, "GET", path);
    return found.status === status
      ? null
      : `${address}: Expected ${status} (${tells}), found ${found.status} ${found.text.slice(0, 120).trim()}`;
  } catch (error) {
    return `${address}: Expected ${status} (${tells}), found ${(error as Error).message}`;
  }
}

/** The whole: health, then a stamped clip is published and comes back. */
export async function verify(context: Context): Promise<StreamVerified> {
  await requireRunning(context, "edge");
  await context.progress.step("Verify: the site answers", () => verifyHealth(context, 60_000));
  return context.progress.step("Verify: video flows", async (note) => {
    const { verifierPassword } = await openSecrets(context.site, context.place);
    const account = { username: "verifier", password: verifierPassword };
    // With all of WebRTC: most verbs do without.
    const { verifyStream } = await import("../verify/stream.js");
    const found = await verifyStream(await endpointOf(context), account, { signal: context.signal });
    note(`${found.frames} frames came back, the first after ${found.firstFrameMs} ms`);
    return found;
  });
}
