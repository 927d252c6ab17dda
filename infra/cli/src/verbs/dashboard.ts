import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { sshArguments } from "@barecast/ansible";
import { UserError, type Host, type Site } from "@barecast/site";
import type { Context } from "../context";
import { run } from "../run";
import { requireRunning } from "../steps/running";

/** As services/parse listens, on loopback inside of its container. */
const dashboardPort = 4040;

/** Runs in the container: standard input and output are one connection to the dashboard. */
const pipe =
  'const s=require("node:net").connect(Number(process.argv[1]),"127.0.0.1");' +
  'process.stdin.pipe(s).pipe(process.stdout);s.on("error",()=>process.exit(1)).on("close",()=>process.exit(0))';

const docker = ({ ssh }: Host) => (ssh.user === "root" ? "docker" : "sudo -n docker");
const container = (site: Site, host: Host) =>
  `${docker(host)} ps --quiet --filter health=healthy --filter label=com.docker.swarm.service.name=${site.name}-parse | head -n 1`;

/** What is asked of the host for each connection: the container is looked up anew, so that an update of Parse is survived. Pure. */
export const pipeCommand = (site: Site, host: Host) =>
  `exec ${docker(host)} exec -i "$(${container(site, host)})" /usr/local/bin/node -e '${pipe}' ${dashboardPort}`;

/**
 * Parse's dashboard on this computer's loopback, until Ctrl-C: each connection goes by SSH into Parse's container, where alone it listens.
 * `tell` hears its address once it answers.
 * @throws UserError `site.down` when no machine for it runs, `dashboard` when Parse runs nowhere, or the port is taken
 */
export async function openDashboard({ site, place, signal }: Context, tell: (address: string) => void): Promise<void> {
  const host = await hostOfParse(site, place, await requireRunning({ site, place }, "apps"));
  const server = net.createServer((socket) => {
    const child = spawn("ssh", [...sshArguments(host, place), pipeCommand(site, host)], { stdio: ["pipe", "pipe", "ignore"] });
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
    for (const stream of [child.stdin, child.stdout]) stream.on("error", () => socket.destroy());
    socket.on("error", () => undefined).on("close", () => child.kill());
    child.on("error", () => socket.destroy()).on("exit", () => socket.end());
  });
  server.listen(dashboardPort, "127.0.0.1");
  await once(server, "listening").catch((error: Error) => {
    throw new UserError("dashboard", `127.0.0.1:${dashboardPort}: Cannot be listened on (${error.message}). End what uses it`, 3);
  });
  tell(`http://localhost:${dashboardPort}/dashboard`);
  await once(signal, "abort");
}

async function hostOfParse(site: Site, place: Context["place"], hosts: readonly Host[]): Promise<Host> {
  const answers: string[] = [];
  for (const host of hosts) {
    const { code, stdout, stderr } = await run("ssh", [...sshArguments(host, place), container(site, host)], { timeoutMs: 15_000 });
    if (code === 0 && stdout.trim() !== "") return host;
    answers.push(`${host.name}: ${stderr.trim() || "no healthy container"}`);
  }
  throw new UserError("dashboard", `Parse runs nowhere: ${answers.join("; ")}. Look: ./barecast status`, 4);
}
