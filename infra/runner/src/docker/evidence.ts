import type { Readable } from "node:stream";
import type { DockerApi } from "./api";
import { failedContainer, hasReason, type Task, taskErrors } from "./convergence";

const LINES = 20;
/** By SSH, from a computer that is busy with what doesn't run. */
const LOGS_MS = 10_000;
/** 128 and SIGKILL. */
const KILLED = 137;

/** What shows why a service doesn't run: its tasks' errors, its failed health checks, its last log lines. */
export async function evidenceOf(api: DockerApi, serviceId: string, tasks: Task[]): Promise<string[]> {
  const failed = failedContainer(tasks);
  const log = failed ? `/tasks/${failed.ID}/logs` : `/services/${serviceId}/logs`;
  const [probes, lines] = await Promise.all([healthLines(api, tasks), lastLines(api, log)]);
  return [...taskErrors(tasks), ...probes, ...lines.map((line) => `log: ${line}`)];
}

interface Probe {
  readonly ExitCode: number;
  readonly Output: string;
}

/** The last probe that failed and said why. One that was killed together with its container says nothing; it counts where there is no other. Pure. */
export function lastFailure(probes: readonly Probe[]): Probe | undefined {
  const failed = probes.filter(({ ExitCode }) => ExitCode !== 0);
  return failed.findLast(({ ExitCode, Output }) => ExitCode !== KILLED || Output.trim() !== "") ?? failed.at(-1);
}

/** The last answers of failing health checks, of containers on the node that is asked. */
async function healthLines(api: DockerApi, tasks: Task[]): Promise<string[]> {
  const ids = tasks
    .filter(hasReason)
    .flatMap(({ Status }) => Status.ContainerStatus?.ContainerID || [])
    .slice(0, 5);
  type Inspected = { State?: { Health?: { Status: string; Log?: Probe[] } } };
  const found = await Promise.all(ids.map((id) => api.find<Inspected>(`/containers/${id}/json`).catch(() => undefined)));
  const failed = found.flatMap((container) => lastFailure(container?.State?.Health?.Log ?? []) ?? []);
  return [...new Set(failed.map(({ ExitCode, Output }) => `healthcheck: exit ${ExitCode}: ${Output.trim()}`))];
}

/** The last lines of a log; few or none when Docker doesn't give them in time (a restarting service's logs can hang). */
async function lastLines(api: DockerApi, path: string): Promise<string[]> {
  const signal = AbortSignal.timeout(LOGS_MS);
  const chunks: Buffer[] = [];
  try {
    const stream = await api.stream(path, { stdout: true, stderr: true, tail: String(LINES) }, signal);
    await collect(stream, chunks, signal);
  } catch {
    // Logs are evidence beside the error, never a reason for another one: what came in time is shown.
  }
  return demultiplexed(Buffer.concat(chunks)).slice(-LINES);
}

async function collect(stream: Readable, chunks: Buffer[], signal: AbortSignal): Promise<void> {
  const stop = (): void => void stream.destroy();
  signal.addEventListener("abort", stop);
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } finally {
    signal.removeEventListener("abort", stop);
    stream.destroy();
  }
}

/** Lines of Docker's multiplexed log stream: frames of 1 byte stream, 3 of nothing, 4 of length, then the text. */
export function demultiplexed(bytes: Buffer): string[] {
  let text = "";
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at + 4);
    text += bytes.toString("utf8", at + 8, Math.min(at + 8 + length, bytes.length));
    at += 8 + length;
  }
  return text.split("\n").filter(Boolean);
}
