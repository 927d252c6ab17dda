import { connect } from "node:net";
import type { Host } from "@barecast/site";
import { until } from "@barecast/waiting";
import type Docker from "dockerode";

import { MachineError } from "./errors";
import { execIn } from "./exec";

/**
 * Waits until the machine is up: one just started, until systemd has started everything and sshd greets; one that ran before, only
 * until sshd greets. The failure shows what systemd says. @throws MachineError
 */
export async function awaitReady(
  container: Docker.Container,
  host: Host,
  { isFresh, signal }: { isFresh: boolean; signal?: AbortSignal },
): Promise<void> {
  const fail = (reason: string) => notReady(container, host, reason);
  const patience = { everyMs: 50, fail, signal };
  if (isFresh) await until(() => notBooted(container, fail), { withinMs: 60_000, ...patience });
  await until(() => notGreeting(host.address, host.ssh.port), { withinMs: 30_000, ...patience });
}

async function notBooted(container: Docker.Container, fail: (reason: string) => Promise<Error>): Promise<string | null> {
  const { State } = await container.inspect();
  if (!State.Running) throw await fail(`it ended by itself with exit code ${State.ExitCode} ${State.Error}`.trim());
  const { output } = await execIn(container, ["systemctl", "is-system-running", "--wait"]);
  const state = output.trim().split("\n").at(-1) ?? "";
  // `degraded`: all is started, some unit failed; what is needed is looked at by itself.
  return state === "running" || state === "degraded" ? null : `systemd says: ${state || "nothing"}`;
}

/** Null when a server that speaks SSH 2 (RFC 4253, section 4.2) greets at the address. */
export function notGreeting(address: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 2_000 });
    const end = (reason: string | null) => {
      socket.destroy();
      resolve(reason);
    };
    socket.setEncoding("utf8");
    socket.once("data", (line: string) => end(line.startsWith("SSH-2.0-") ? null : `${address}:${port} greets with "${line.trim()}"`));
    socket.once("timeout", () => end(`${address}:${port} is silent`));
    socket.once("close", () => end(`${address}:${port} hung up`));
    socket.once("error", (error) => end(`${address}:${port}: ${error.message}`));
  });
}

async function notReady(container: Docker.Container, host: Host, reason: string): Promise<MachineError> {
  const failed = await execIn(container, ["systemctl", "--failed", "--no-legend", "--plain"]).catch(() => ({ output: "" }));
  const log = await container.logs({ stdout: true, stderr: true, tail: 10 }).catch(() => Buffer.alloc(0));
  const evidence = [...failed.output.split("\n"), ...log.toString("utf8").split("\n")].filter((line) => line.trim() !== "");
  return new MachineError(
    "machines.not-ready",
    `hosts.${host.name}: Expected a booted machine with sshd, found: ${reason}. Its own words: docker logs ${container.id.slice(0, 12)}`,
    evidence,
  );
}
