import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ParseDouble {
  readonly url: string;
  /** Rows written to the ledger's classes, by class. */
  readonly rows: { className: string; objectId: string; [field: string]: unknown }[];
  /** Requests answered so far, `GET /users/me`, …. */
  readonly asked: string[];
  /** For which client each sign-in was asked (`X-Forwarded-For`). */
  readonly signInsFor: string[];
  /** Roles by person; the test's to change. */
  readonly roles: Record<string, string[]>;
  /** While true, every answer is 503. */
  isDown: boolean;
  close(): Promise<void>;
}

/** Names that can sign in; the password is the name, the session token `token-<name>`. */
const people: Record<string, string[]> = { olga: ["operator"], rita: ["reporter"], ada: ["admin"], nobody: [] };

/** Of `where` one clause is known: rows that are open. */
const isWanted = (row: object, { searchParams }: URL) => !searchParams.get("where")?.includes("endedAt") || !("endedAt" in row);

/** The few answers of Parse's REST interface that signaling asks for. */
export async function startParseDouble(): Promise<ParseDouble> {
  const roles = { ...people };
  const double: Omit<ParseDouble, "url" | "close"> = { roles, rows: [], asked: [], signInsFor: [], isDown: false };
  const ended = new Set<string>();
  const answer = (method: string, target: URL, token: string, body: { username?: string; password?: string }): [number, object] => {
    const path = target.pathname.replace(/^\/api/, "");
    const person = token.replace(/^token-/, "");
    double.asked.push(`${method} ${path}`);
    if (double.isDown) return [503, { error: "away" }];
    if (path === "/health") return [200, { status: "ok" }];
    if (path === "/login" && body.username === "locked")
      return [404, { code: 101, error: "Your account is locked due to multiple failed" }];
    if (path === "/login" && body.username === "hasty") return [429, { code: 155, error: "Too many sign-ins" }];
    if (path === "/login") {
      return String(body.username) in roles && body.password === body.username
        ? [200, { objectId: `id-${body.username}`, username: body.username, sessionToken: `token-${body.username}` }]
        : [404, { code: 101, error: "Invalid username/password." }];
    }
    if (path === "/users/me") {
      return person in roles && !ended.has(token)
        ? [200, { objectId: `id-${person}`, username: person }]
        : [400, { code: 209, error: "Invalid session token" }];
    }
    if (path === "/logout") return (ended.add(token), [200, {}]);
    if (path === "/roles") {
      const id = JSON.parse(target.searchParams.get("where") ?? "{}").users.objectId as string;
      return [200, { results: (roles[id.replace(/^id-/, "")] ?? []).map((name) => ({ name })) }];
    }
    const [, , className = "", objectId = ""] = path.split("/");
    if (method === "POST") {
      const row = { className, objectId: `row-${double.rows.length + 1}`, ...body };
      double.rows.push(row);
      return [201, { objectId: row.objectId }];
    }
    const row = double.rows.findIndex((each) => each.objectId === objectId);
    if (method === "PUT") Object.assign(double.rows[row] ?? {}, body);
    if (method === "DELETE") double.rows.splice(row, 1);
    if (method === "GET") return [200, { results: double.rows.filter((each) => each.className === className && isWanted(each, target)) }];
    return [200, {}];
  };
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      const token = String(request.headers["x-parse-session-token"] ?? "");
      if (request.url?.endsWith("/login")) double.signInsFor.push(String(request.headers["x-forwarded-for"] ?? ""));
      const [status, json] = answer(request.method ?? "", new URL(request.url ?? "", "http://parse"), token, text ? JSON.parse(text) : {});
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(double, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}
