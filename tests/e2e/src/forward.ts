import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SiteUnderTest } from "./site";
import { until } from "./until";

/** The Docker of the site's machine by a socket on this computer, as the runner reaches it: by SSH, with the operator's key. */
export class Forward {
  private constructor(
    readonly socket: string,
    private readonly child: ChildProcess,
  ) {}

  static async toDockerOf(site: SiteUnderTest): Promise<Forward> {
    const socket = path.join(mkdtempSync(path.join(tmpdir(), "barecast-forward-")), "docker.sock");
    const folder = path.join(site.barecast.stateFolder, "ssh");
    const options = [
      "BatchMode=yes",
      "ExitOnForwardFailure=yes",
      "StrictHostKeyChecking=yes",
      `UserKnownHostsFile=${path.join(folder, "known_hosts")}`,
    ];
    const args = [
      "-N",
      "-i",
      path.join(folder, "id_ed25519"),
      ...options.flatMap((option) => ["-o", option]),
      "-L",
      `${socket}:/var/run/docker.sock`,
    ];
    const child = spawn("ssh", [...args, `root@${site.up.machineAddress}`], { stdio: ["ignore", "ignore", "inherit"] });
    const forward = new Forward(socket, child);
    child.once("error", () => undefined); // it isn't there: told below
    const reason = () => (existsSync(socket) ? null : child.exitCode === null ? "It isn't there" : `ssh ended with code ${child.exitCode}`);
    await until("The forwarded socket", reason, { withinMs: 60_000 }).catch(async (error) => {
      await forward.close();
      throw error;
    });
    return forward;
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    if (this.child.kill()) await gone;
    rmSync(path.dirname(this.socket), { recursive: true, force: true });
  }
}
