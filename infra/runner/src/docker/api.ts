import type Dockerode from "dockerode";
import type { Readable } from "node:stream";
import type { Values } from "../engine/values";

/** Docker's answer to a request that it refused. */
export class DockerError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

type Query = Record<string, string | number | boolean | Values>;

/** Docker's HTTP API over a unix socket. */
export class DockerApi {
  private opened: Promise<Dockerode> | undefined;

  /** @param open opens the way to the socket, when first needed, and gives its path */
  constructor(private readonly open: () => Promise<string>) {}

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.dial<T>("GET", path, query);
  }

  post<T>(path: string, body: unknown, query: Query = {}): Promise<T> {
    return this.dial<T>("POST", path, query, body);
  }

  delete(path: string): Promise<void> {
    return this.dial<void>("DELETE", path, {});
  }

  /** What lies at `path`, or undefined when Docker knows no such object. */
  async find<T>(path: string, query: Query = {}): Promise<T | undefined> {
    try {
      return await this.get<T>(path, query);
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return undefined;
      throw error;
    }
  }

  stream(path: string, query: Query, signal: AbortSignal): Promise<Readable> {
    return this.dial<Readable>("GET", path, query, undefined, { isStream: true, abortSignal: signal });
  }

  private async connect(): Promise<Dockerode> {
    // Loaded while the way is opened and the program starts: with its SSH and gRPC it takes as long as all of the runner.
    const [socketPath, { default: Client }] = await Promise.all([this.open(), import("dockerode")]);
    return new Client({ socketPath });
  }

  private async dial<T>(method: string, path: string, query: Query, body?: unknown, more: object = {}): Promise<T> {
    // Docker answers an empty name with a redirect, which docker-modem takes for another host.
    if (path.includes("//")) throw new Error(`${method} ${path}: A part of the path is empty`);
    const { modem } = await (this.opened ??= this.connect());
    const statusCodes = { 200: true, 201: true, 204: true };
    const options = body === undefined ? query : { _query: query, _body: body };
    return new Promise((resolve, reject) => {
      const request = { method, path: `${path}?`, options, statusCodes, ...more };
      modem.dial(request, (error: (Error & { statusCode?: number; json?: { message?: string } }) | null, answer: unknown) => {
        if (!error) resolve(answer as T);
        else if (error.statusCode) reject(new DockerError(error.statusCode, error.json?.message ?? error.message));
        else reject(error);
      });
    });
  }
}
