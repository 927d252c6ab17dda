import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { NotConverged, type Context } from "../engine/handler";
import { DockerApi } from "./api";
import { updated } from "./serviceAwaited";

test("a Docker that goes away while an update is awaited: the update is told as such, and its service stays in the state", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "barecast-awaited-"));
  const socket = path.join(folder, "docker.sock");
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://docker");
    asked.push(pathname);
    if (pathname === "/tasks") return response.end("[]");
    server.close();
    return server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const made = { id: "s1", outputs: {} };
  const inputs = { name: "web", taskSpec: { containerSpec: { image: "web" } }, convergeConfig: { timeout: "60s" } };
  const context: Context = { urn: "", name: "web", provider: {}, signal: new AbortController().signal, log: () => undefined };
  try {
    const error: unknown = await updated(new DockerApi(async () => socket), inputs, made, [], context).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(NotConverged);
    const { message, made: kept, evidence } = error as NotConverged;
    expect({ message, kept, evidence, asked }).toEqual({
      message: "The update didn't end well (socket hang up)",
      kept: made,
      evidence: [],
      asked: ["/tasks", "/services/s1"],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
