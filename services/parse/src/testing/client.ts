import { outside, people, type Name, type Service } from "./service";

export interface Answer {
  readonly status: number;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- JSON of any shape
}
type Headers = Readonly<Record<string, string>>;

/** What is asked of a service in tests, as its clients ask. */
export interface Client {
  ask(method: string, path: string, headers?: Headers, body?: unknown): Promise<Answer>;
  login(username: string, password: string, headers?: Headers): Promise<Answer>;
  tokenOf(name: Name): Promise<string>;
  /** Headers of a page that is signed in by the session cookie, as they come through the edge. */
  cookieOf(name: Name): Promise<Headers>;
}

export function clientOf({ port }: Pick<Service, "port">): Client {
  const ask: Client["ask"] = async (method, path, headers = {}, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { "X-Parse-Application-Id": "barecast", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  };
  const login: Client["login"] = (username, password, headers = {}) => ask("POST", "/api/login", headers, { username, password });
  const tokenOf = async (name: Name) => (await login(name, people[name].password)).body.sessionToken as string;
  return {
    ask,
    login,
    tokenOf,
    cookieOf: async (name) => ({ Cookie: `a=b; barecast_session=${encodeURIComponent(await tokenOf(name))}`, ...outside }),
  };
}

/** A recording's row as signaling writes it. */
export const recording = (over: object = {}) => ({
  streamId: "s1",
  title: "Town hall",
  kind: "phone",
  startedAt: { __type: "Date", iso: "2026-01-02T03:04:05.000Z" },
  file: "s1.webm",
  host: "one",
  ...over,
});
/** A stream's. */
export const stream = (over: object = {}) => ({
  streamId: "s2",
  title: "Rita live",
  kind: "phone",
  startedAt: { __type: "Date", iso: "2026-01-02T03:04:05.000Z" },
  ...over,
});
