import { createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Write } from "./fakeDocker";

/** Stands before a real Docker's socket, passes everything on and counts what writes. */
export class DockerProxy {
  readonly writes: Write[] = [];
  onWrite: (write: Write) => void = () => {};
  private server: Server | undefined;

  constructor(readonly target: string) {}

  async listen(socket: string): Promise<void> {
    this.server = createServer((request, response) => this.pass(request, response));
    await new Promise<void>((resolve) => this.server!.listen(socket, resolve));
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  /** Asks the real Docker, uncounted. */
  ask<T>(path: string, query: Record<string, string> = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      const options = { socketPath: this.target, path: `${path}?${new URLSearchParams(query).toString()}` };
      send(options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString() || "null") as T));
      })
        .on("error", reject)
        .end();
    });
  }

  private pass(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url = "", headers } = request;
    const onward = send({ socketPath: this.target, method, path: url, headers }, (answer) => {
      // Told when Docker has done it and before the caller knows.
      if (method !== "GET") this.wrote({ method, path: url.split("?")[0] ?? "", name: "" });
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  }

  private wrote(write: Write): void {
    this.writes.push(write);
    this.onWrite(write);
  }
}
