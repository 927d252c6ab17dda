import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { sshArguments } from "@barecast/ansible";
import { until } from "@barecast/e2e";
import type { RunningSite } from "../site";

/** A way to the media server's control port, which nobody but signaling may reach: a forward over SSH, as its operator. */
export interface Control {
  readonly url: string;
  close(): void;
}

const controlPort = 8888;

/** Opens the forward and waits until the media server answers. @throws Error with ssh's last words */
export async function openControl({ host, place }: RunningSite): Promise<Control> {
  const port = await freePort();
  const args = sshArguments(host, place);
  const target = args.pop()!;
  const forward = `127.0.0.1:${port}:${host.address}:${controlPort}`;
  const child = spawn("ssh", [...args, "-N", "-o", "ExitOnForwardFailure=yes", "-L", forward, target], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (data) => (errors += String(data)));
  const answers = async () => ((await fetch(`http://127.0.0.1:${port}/health`)).ok ? null : "No answer");
  try {
    await until(
      `The media server's control port on ${host.address}`,
      () => answers().catch((error: Error) => `${error.message}. ${errors.trim()}`),
      { withinMs: 15_000 },
    );
  } catch (error) {
    child.kill();
    throw error;
  }
  return { url: `ws://127.0.0.1:${port}/kurento`, close: () => void child.kill() };
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
