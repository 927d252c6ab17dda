import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import type { Host, Place } from "@barecast/site";
import { AnsibleError } from "./errors";
import { sshArguments, sshProblem } from "./ssh";

/** A way to one TCP port of a host, over SSH. */
export interface Forward {
  /** Port on this computer's loopback. */
  readonly port: number;
  close(): Promise<void>;
}

const ready = "barecast-forward";

/**
 * Arguments of the `ssh` that brings a port of the host to this computer's loopback. The remote command says when it is there, and ends with
 * its input, so that the forward never outlives who opened it. Pure.
 */
export function forwardArguments(host: Host, place: Pick<Place, "sshKey" | "knownHosts">, remotePort: number, port: number): string[] {
  // Images go this way, a gigabyte of them: processors have AES built in, and ChaCha20, which OpenSSH would rather take, not.
  const forward = [
    "-o",
    "ExitOnForwardFailure=yes",
    "-o",
    "Ciphers=^aes128-gcm@openssh.com",
    "-L",
    `127.0.0.1:${port}:${host.address}:${remotePort}`,
  ];
  return [...forward, ...sshArguments(host, place), `echo ${ready}; exec cat`];
}

/**
 * Opens a way to a port that only the site's hosts may reach, such as the registry's.
 * @throws AnsibleError `ansible.unreachable` with what ssh said
 */
export async function openForward(host: Host, place: Pick<Place, "sshKey" | "knownHosts">, remotePort: number): Promise<Forward> {
  const port = await freePort();
  const child = spawn("ssh", forwardArguments(host, place, remotePort, port), { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => {});
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const opened = new Promise<boolean>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => resolve(chunk.includes(ready)));
    child.once("error", (error) => {
      said = error.message;
      resolve(false);
    });
    void ended.then(() => resolve(false));
  });
  if (!(await opened)) {
    throw new AnsibleError("ansible.unreachable", `Port ${remotePort} can't be brought here. ${sshProblem(host.name, said)}`);
  }
  return {
    port,
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
