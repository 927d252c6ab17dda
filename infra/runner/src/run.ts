import { RunnerError, type RunnerOptions, type RunResult } from "./api";
import type { Deployment } from "./engine/deployment";
import { mask, type Values } from "./engine/values";
import type { Child } from "./host/child";
import { serveMonitor } from "./host/monitor";
import { startProgram } from "./host/program";
import { Session } from "./session";

const EVIDENCE_LINES = 30;

/** Runs the program and makes everything as it says. @throws RunnerError */
export const up = (o: RunnerOptions): Promise<RunResult> => Session.with(o, true, (session) => runProgram(session, false));

/** Says what `up` would do. Touches neither Docker nor the state. @throws RunnerError */
export const preview = (o: RunnerOptions): Promise<RunResult> => Session.with(o, false, (session) => runProgram(session, true));

/** Deletes everything the state knows, in reverse order. The program isn't run. @throws RunnerError */
export const destroy = (o: RunnerOptions): Promise<RunResult> =>
  Session.with(o, true, async (session) => {
    const began = Date.now();
    await session.load(false);
    const deployment = session.deployment(false);
    await finish(deployment, session, o.onProtected);
    return resultOf(deployment, session, began);
  });

/**
 * Looks at everything the state knows: what is gone is forgotten, what drifted is marked, so that the next `up` repairs it.
 * @throws RunnerError
 */
export const refresh = (o: RunnerOptions): Promise<RunResult> =>
  Session.with(o, true, async (session) => {
    const began = Date.now();
    await session.load(false);
    const resources = await session.refresh();
    await session.file!.save(session.state);
    return { changes: countOf(resources), outputs: {}, resources, isStateWritten: session.file!.isWritten, durationMs: Date.now() - began };
  });

/**
 * Settles what an interrupted run left (and removes the lock of a process that is gone), so that the CLI too can go on: it would
 * fail on what an interrupted create made. Nothing else is changed.
 * @returns whether there was something to settle
 * @throws RunnerError
 */
export const settle = (o: RunnerOptions): Promise<boolean> =>
  Session.with(o, true, async (session) => {
    await session.load(false);
    return session.file!.isWritten;
  });

async function runProgram(session: Session, isPreview: boolean): Promise<RunResult> {
  const began = Date.now();
  const { o } = session;
  const errors: string[] = [];
  const lines: string[] = [];
  let isSignalled = false;
  let ready: (deployment: Deployment) => void = () => {};
  const deployment = new Promise<Deployment>((resolve) => (ready = resolve));
  const server = await serveMonitor({
    ...o,
    folder: session.folder,
    isPreview,
    deployment,
    onLog: (severity, message, urn) => {
      if (severity === "error") errors.push(...message.trimEnd().split("\n"));
      session.emit({ kind: "log", severity, message, ...(urn ? { urn } : {}) });
    },
    onSignal: () => (isSignalled = true),
  });
  const child = startProgram(o, session.place, session.folder, isPreview, (line, stream) => {
    if (stream === "stderr") lines.push(line);
    session.emit({ kind: "log", severity: "info", message: line });
  });
  try {
    // Read while the program starts: deriving the key and starting Node take as long as all the rest.
    await session.load(isPreview);
    if (o.refresh) await session.refresh();
    const opened = session.deployment(isPreview);
    ready(opened);
    const code = await endOf(child, opened, session);
    if (!opened.isStopped() && (code !== 0 || !isSignalled)) opened.fail(programFailure(code, errors.length > 0 ? errors : lines));
    await finish(opened, session);
    return resultOf(opened, session, began);
  } finally {
    await child.stop();
    server.forceShutdown();
  }
}

/** Waits for the program's end, or for the first failure: then what runs may end, and the program is ended without an answer. */
async function endOf(child: Child, deployment: Deployment, session: Session): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<null>((resolve) => {
    timer = setInterval(() => deployment.isStopped() && resolve(null), 50);
  });
  try {
    const code = await Promise.race([child.ended, stopped]);
    await deployment.idle();
    if (deployment.isStopped()) await child.stop();
    return code;
  } catch (error) {
    throw new RunnerError("program-failed", `${session.place.folder}: The program can't be started: ${(error as Error).message}`);
  } finally {
    clearInterval(timer);
  }
}

/** Deletes what is no longer wanted, if all went well, and writes the state in any case. */
async function finish(deployment: Deployment, session: Session, onProtected?: RunnerOptions["onProtected"]): Promise<void> {
  if (!deployment.isStopped()) await deployment.removeRest(onProtected).catch((error: Error) => deployment.fail(error));
  await deployment.idle();
  await deployment.save();
  const { failure } = deployment;
  if (failure && !(failure instanceof RunnerError && failure.code === "interrupted")) throw failure;
  if (session.signal.aborted)
    throw new RunnerError(
      "interrupted",
      "Interrupted: what was begun is written in the state, and the next run goes on from there",
      failure ? [failure.message] : [],
    );
}

function programFailure(code: number | null, lines: string[]): RunnerError {
  const how = code === 0 ? "ended before all its resources were registered" : `ended with ${code === null ? "a signal" : `code ${code}`}`;
  return new RunnerError("program-failed", `The Pulumi program ${how}. Nothing was deleted`, lines.slice(-EVIDENCE_LINES));
}

function resultOf(deployment: Deployment, session: Session, began: number): RunResult {
  return {
    changes: countOf(deployment.results),
    outputs: mask(deployment.outputs()) as Values,
    resources: deployment.results,
    isStateWritten: session.file?.isWritten ?? false,
    durationMs: Date.now() - began,
  };
}

function countOf(resources: RunResult["resources"]): RunResult["changes"] {
  const counts: RunResult["changes"] = {};
  for (const { op } of resources) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}
