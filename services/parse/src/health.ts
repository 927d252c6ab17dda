import type { ParseSdk } from "./cloud/main";

export interface Health {
  readonly status: "ok" | "unready";
  readonly database: string;
}

const ready: Health = { status: "ok", database: "ok" };

/**
 * Ready when Parse answers a query from its database within `withinMs`. That it did holds for `holdsMs`: Traefik asks every two seconds, signaling every five,
 * Docker every ten, and a query is most of what the service does while nobody needs it.
 */
export function healthOf(Parse: ParseSdk, { withinMs = 3000, holdsMs = 4000 } = {}): (isDraining: boolean) => Promise<Health> {
  let readyUntilMs = -Infinity;
  return async (isDraining) => {
    if (isDraining) return { status: "unready", database: "The server is stopping" };
    if (performance.now() < readyUntilMs) return ready;
    try {
      await answerOf(Parse, withinMs);
      readyUntilMs = performance.now() + holdsMs;
      return ready;
    } catch (error) {
      return { status: "unready", database: (error as Error).message };
    }
  };
}

/** @throws Error why the database does not answer */
async function answerOf(Parse: ParseSdk, withinMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${withinMs} ms`)), withinMs);
  });
  try {
    await Promise.race([new Parse.Query(Parse.Role).limit(1).find({ useMasterKey: true }), late]);
  } finally {
    clearTimeout(timer);
  }
}
