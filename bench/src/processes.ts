import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** What a bench asks of its servers, each a process of its own, and what they answer (Node's process messages). */
export type ServerRequest = { readonly type: "usage" };
export type ServerAnswer =
  | { readonly type: "listening"; readonly port: number }
  /** CPU time of the whole process since its start, microseconds. */
  | { readonly type: "usage"; readonly cpuMicros: number };

/** Answers the bench's question for CPU time, from this process. */
export function answerUsage(): void {
  process.on("message", ({ type }: ServerRequest) => {
    if (type !== "usage") return;
    const { user, system } = process.cpuUsage();
    process.send!({ type: "usage", cpuMicros: user + system } satisfies ServerAnswer);
  });
  process.once("disconnect", () => process.exit(0));
}

/** Says on which port this process listens, from now on answers for its CPU time. */
export function listens(port: number): void {
  answerUsage();
  process.send!({ type: "listening", port } satisfies ServerAnswer);
}

/**
 * What the bench gave this process to start with; `withProcesses` sends it first. Who sends more waits for a first answer: what came before somebody
 * listens to it would be lost.
 */
export async function optionsOfProcess<T>(): Promise<T> {
  const [options] = (await once(process, "message")) as [T];
  return options;
}

/**
 * Starts a compiled file as a process. Options go to it as a message: they may hold a password, and everybody may read command lines. `nodeFlags` are
 * Node's own; left out, those of this process.
 */
export type StartProcess = (name: string, options?: object, nodeFlags?: readonly string[]) => ChildProcess;

/** Runs `work`, which starts files of a folder as processes; ends all of them when it is done, however it ends. */
export async function withProcesses<T>(folder: string, work: (start: StartProcess) => Promise<T>): Promise<T> {
  const children: ChildProcess[] = [];
  const start: StartProcess = (name, options, nodeFlags = process.execArgv) => {
    const child = fork(path.join(folder, name), { execArgv: [...nodeFlags] });
    children.push(child);
    if (options) child.send(options);
    return child;
  };
  try {
    return await work(start);
  } finally {
    for (const child of children) child.kill();
  }
}

/** CPU time of a server so far. */
async function cpuMicros(server: ChildProcess): Promise<number> {
  const answer = answerOf<ServerAnswer, "usage">(server, "usage");
  server.send({ type: "usage" } satisfies ServerRequest);
  return (await answer).cpuMicros;
}

/** How much a server did per second of its CPU time, while `act` ran, which says how much that was. */
export async function perCpuSecond(server: ChildProcess, act: () => Promise<number>): Promise<number> {
  const before = await cpuMicros(server);
  const done = await act();
  return done / (((await cpuMicros(server)) - before) / 1_000_000);
}

/** Port of a server, when it listens. */
export const listening = async (server: ChildProcess) => (await answerOf<ServerAnswer, "listening">(server, "listening")).port;

/** The next answer of a process. @throws Error when it ends instead, or answers otherwise */
export async function answerOf<A extends { type: string }, T extends A["type"]>(
  child: ChildProcess,
  type: T,
): Promise<Extract<A, { type: T }>> {
  const over = new AbortController();
  const end = once(child, "exit", { signal: over.signal }).then(([code, signal]) => {
    throw new Error(
      `${path.basename(child.spawnargs[1] ?? "")}: Ended with ${code ?? signal} instead of an answer. Its last words stand above`,
    );
  });
  try {
    const [answer] = (await Promise.race([once(child, "message", { signal: over.signal }), end])) as [A];
    if (answer.type !== type) throw new Error(`Expected ${type}, found ${JSON.stringify(answer)}`);
    return answer as Extract<A, { type: T }>;
  } finally {
    over.abort();
    end.catch(() => undefined);
  }
}
