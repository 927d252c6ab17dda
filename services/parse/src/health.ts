import type { ParseSdk } from "./cloud/main";

export interface Health {
  readonly status: "ok" | "unready";
  readonly database: string;
}

/** Ready when Parse answers a query from its database in time. */
export async function health(Parse: ParseSdk, isDraining: boolean, withinMs = 3000): Promise<Health> {
  if (isDraining) return { status: "unready", database: "The server is stopping" };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${withinMs} ms`)), withinMs);
  });
  try {
    await Promise.race([new Parse.Query(Parse.Role).limit(1).find({ useMasterKey: true }), late]);
    return { status: "ok", database: "ok" };
  } catch (error) {
    return { status: "unready", database: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}
