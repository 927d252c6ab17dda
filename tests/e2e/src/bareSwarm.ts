import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadSite, openSecrets, placeOf } from "@barecast/site";
import { removeMachines } from "@barecast/machines";
import { run } from "./command";
import { testImages } from "./images";
import { dockerInMemory, giveMemoryBack } from "./inMemory";
import { startMachine } from "./machine";
import { projectFolder } from "./project";
import { docker, sessionLabels } from "./session";
import { merged, storySite, writeSiteFile } from "./siteFile";
import { until } from "./until";

const name = "runner-itest";
const machine = `barecast-${name}-one`;
/** An image in the swarm's node. Nothing listens at this registry: the node takes what it has at once. */
export const sleeper = "127.0.0.1:9/sleeper:latest";

/** A machine whose Docker is a swarm of one with nothing in it, reached as a runner reaches a site's: by a socket here that SSH forwards. */
export class BareSwarm {
  private constructor(
    private readonly folder: string,
    readonly socket: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<BareSwarm> {
    const folder = mkdtempSync(path.join(tmpdir(), "barecast-swarm-"));
    const [socket, key, knownHosts] = ["docker.sock", "id_ed25519", "known_hosts"].map((file) => path.join(folder, file)) as [
      string,
      string,
      string,
    ];
    const env = { BARECAST_STATE: path.join(folder, "state"), BARECAST_AGE_KEY_FILE: path.join(folder, "site.agekey") };
    const siteFile = writeSiteFile(merged(storySite, { site: name, network: { machines: "172.30.238.0/24" } }), folder);
    const site = loadSite(siteFile);
    // One that a killed run left.
    await removeMachines(name, { docker });
    await dockerInMemory(site, await sessionLabels());
    await startMachine(siteFile, env);
    const { hosts } = site;
    const { sshKey } = await openSecrets(site, placeOf(projectFolder, name, { ...process.env, ...env }));
    writeFileSync(key, sshKey, { mode: 0o600 });
    await beSwarm();
    const hostKey = await inside("cat", "/etc/ssh/ssh_host_ed25519_key.pub");
    writeFileSync(knownHosts, `${hosts[0]!.address} ${hostKey}`);
    const options = ["BatchMode=yes", "ExitOnForwardFailure=yes", "StrictHostKeyChecking=yes", `UserKnownHostsFile=${knownHosts}`];
    const args = ["-N", "-i", key, ...options.flatMap((option) => ["-o", option]), "-L", `${socket}:/var/run/docker.sock`];
    const child = spawn("ssh", [...args, `root@${hosts[0]!.address}`], { stdio: ["ignore", "ignore", "inherit"] });
    child.once("error", () => undefined); // it isn't there: told below
    const swarm = new BareSwarm(folder, socket, child);
    const reason = () => (existsSync(socket) ? null : child.exitCode === null ? "It isn't there" : `ssh ended with code ${child.exitCode}`);
    await until("The forwarded socket", reason, { withinMs: 60_000 }).catch(async (error) => {
      await swarm.remove();
      throw error;
    });
    return swarm;
  }

  async remove(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    if (this.child.kill()) await gone;
    await removeMachines(name, { docker }).finally(() => giveMemoryBack(name));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const inside = (...command: string[]) => run(["docker", "exec", machine, ...command], { withinMs: 120_000 });

async function beSwarm(): Promise<void> {
  await until("Docker in the machine", () => inside("systemctl", "start", "docker").then(() => null, String), { withinMs: 120_000 });
  await inside("docker", "swarm", "init", "--advertise-addr", "127.0.0.1");
  const { reaper } = await testImages();
  await run(["sh", "-c", `docker save ${reaper} | docker exec -i ${machine} docker load`], { withinMs: 120_000 });
  await inside("docker", "tag", reaper, sleeper);
}
