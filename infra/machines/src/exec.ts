import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";

/** Runs a command in a container over the Docker API; its output is the answer, its exit code is told. */
export async function execIn(container: Docker.Container, command: readonly string[]): Promise<{ code: number; output: string }> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const out = new PassThrough();
  container.modem.demuxStream(stream, out, out);
  stream.on("end", () => out.end());
  stream.on("error", (error) => out.destroy(error));
  const output = await text(out);
  return { code: (await exec.inspect()).ExitCode ?? -1, output };
}
