import { spawn, type ChildProcess } from "node:child_process";
import { access, rm } from "node:fs/promises";
import path from "node:path";
import { makeScratch } from "@barecast/waiting";
import { RunnerError } from "../api";
import { endGroup } from "../group";
import { until } from "../until";
import { DockerApi } from "./api";

/** Arguments of the one `ssh` that brings a remote Docker's socket here: no command, no terminal, ended when the forward fails. */
export function forwardArguments(host: string, socket: string, sshOpts: string[]): string[] {
  const { username, hostname, port } = new URL(host);
  const target = username ? `${decodeURIComponent(username)}@${hostname}` : hostname;
  const fixed = [
    "-N",
    "-T",
    "-o",
    "BatchMode=yes",
    "-o",
    "ExitOnForwardFailure=yes",
    "-o",
    "ServerAliveInterval=10",
    "-o",
    "ServerAliveCountMax=3",
  ];
  return [...fixed, ...sshOpts, ...(port ? ["-p", port] : []), "-L", `${socket}:/var/run/docker.sock`, "--", target];
}

// ssh doesn't notice the end of who started it: its standard input does, however that process ends.
const UNTIL_STDIN_CLOSES = 'exec 3<&0; ssh "$@" </dev/null & pid=$!; (cat <&3 >/dev/null; kill $pid 2>/dev/null) & wait $pid';

/** The ways to each Docker that the program names; opened when first used, closed together. */
export class Connections {
  private readonly apis = new Map<string, DockerApi>();
  private readonly closers: (() => Promise<void>)[] = [];

  /** @param usual the Docker of a provider that names none, as DOCKER_HOST says it */
  constructor(private readonly usual = "unix:///var/run/docker.sock") {}

  /** @throws RunnerError `program-failed` when the host is neither a socket nor reached by SSH */
  to(provider: { host?: string; sshOpts?: string[] }): DockerApi {
    const host = provider.host ?? this.usual;
    const key = JSON.stringify([host, provider.sshOpts ?? []]);
    const known = this.apis.get(key) ?? new DockerApi(this.wayTo(host, provider.sshOpts ?? []));
    this.apis.set(key, known);
    return known;
  }

  async close(): Promise<void> {
    await Promise.all(this.closers.splice(0).map((close) => close()));
  }

  private wayTo(host: string, sshOpts: string[]): () => Promise<string> {
    if (host.startsWith("unix://")) return () => Promise.resolve(host.slice("unix://".length));
    if (!host.startsWith("ssh://"))
      throw new RunnerError("program-failed", `Docker provider: host: Expected unix:///path or ssh://user@host, found "${host}"`);
    return () => this.forward(host, sshOpts);
  }

  private async forward(host: string, sshOpts: string[]): Promise<string> {
    const folder = makeScratch("docker");
    const socket = path.join(folder, "docker.sock");
    // A group of its own: the terminal's Ctrl-C would end it while a step still needs it.
    const child = spawn("sh", ["-c", UNTIL_STDIN_CLOSES, "sh", ...forwardArguments(host, socket, sshOpts)], {
      stdio: ["pipe", "ignore", "pipe"],
      detached: true,
    });
    child.stdin.on("error", () => {});
    this.closers.push(() => end(child, folder));
    let said = "";
    let ended: string | undefined;
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
    child.on("error", (error) => (ended = error.message));
    child.on("exit", (code) => (ended ??= `ssh ended with code ${code}`));
    const reason = await until(async () => {
      if (ended) return null;
      return access(socket).then(
        () => null,
        () => "the forwarded socket isn't there yet",
      );
    }, 30_000).catch((error: Error) => error.message);
    const failed = ended ?? reason;
    if (failed) throw new RunnerError("step-failed", `${host}: Can't reach its Docker by SSH: ${failed}`, said.split("\n").filter(Boolean));
    return socket;
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  child.stdin?.destroy();
  await endGroup(child, "SIGTERM");
  await rm(folder, { recursive: true, force: true });
}
