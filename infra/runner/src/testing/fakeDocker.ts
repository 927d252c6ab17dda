import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Values } from "../engine/values";
import { FakeTasks } from "./fakeTasks";

/** One request that changed something. */
export interface Write {
  method: string;
  path: string;
  name: string;
  body?: Values;
}

interface Stored extends Values {
  id: string;
  name: string;
}

const KINDS = ["networks", "volumes", "secrets", "configs", "services"] as const;
type Kind = (typeof KINDS)[number];

/**
 * An in-memory Docker with a swarm of one, behind a unix socket: it answers as Engine API 1.41 does for what the runner asks.
 * Tasks run at once unless `fails` says otherwise.
 */
export class FakeDocker {
  readonly writes: Write[] = [];
  readonly stored = Object.fromEntries(KINDS.map((kind) => [kind, new Map<string, Stored>()])) as Record<Kind, Map<string, Stored>>;
  /** Services whose update is rolled back, whose tasks never run, or of whose tasks one more has ended at each look. */
  fails: Record<string, "rollback" | "never" | "crash"> = {};
  private readonly tasks = new FakeTasks();
  /** Called before each write, in its order; may end the connection. */
  onWrite: (write: Write) => void = () => {};
  private made = 0;
  private server: Server | undefined;

  /** @param ids the ids that objects get, by name */
  constructor(private readonly ids: Record<string, string> = {}) {}

  async listen(socket: string): Promise<void> {
    this.server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((resolve) => this.server!.listen(socket, resolve));
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  /** Specs of the services by name. */
  specs(): Record<string, unknown> {
    return Object.fromEntries([...this.stored.services.values()].map((service) => [service.name, service["Spec"]]));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://docker");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Values) : undefined;
    const method = request.method ?? "";
    const [, kind = "", id = "", verb = ""] = url.pathname.split("/");
    const [status, answer] = this.answer(method, kind, decodeURIComponent(id), verb, url, body);
    const text = answer === undefined ? "" : Buffer.isBuffer(answer) ? answer : JSON.stringify(answer);
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  }

  private answer(method: string, kind: string, id: string, verb: string, url: URL, body: Values | undefined): [number, unknown] {
    const filters = JSON.parse(url.searchParams.get("filters") ?? "{}") as Record<string, string[]>;
    if (kind === "nodes") return [200, [{ ID: "node1", Spec: { Role: "manager", Availability: "active" }, Status: { State: "ready" } }]];
    if (kind === "tasks" && verb === "logs") return [200, this.tasks.log(id)];
    if (kind === "tasks") return [200, this.tasksOf(filters["service"]?.[0])];
    if (kind === "containers") return id === "json" ? [200, []] : [404, { message: "No such container" }];
    const all = this.stored[kind as Kind];
    if (!all) return [404, { message: "page not found" }];
    if (method === "POST" && id === "create") return this.create(kind as Kind, body!);
    if (method === "GET" && id === "")
      return [200, [...all.values()].filter(({ name }) => !filters["name"] || name.startsWith(filters["name"][0]!))];
    const found = all.get(id) ?? [...all.values()].find(({ name }) => name === id);
    if (!found) return [404, { message: `No such ${kind}: ${id}` }];
    if (verb === "logs") return [200, undefined];
    if (method === "GET") {
      if (this.fails[found.name] === "rollback" && found["UpdateStatus"]) this.tasks.seenBack.add(found.name);
      return [200, found];
    }
    this.wrote({
      method,
      path: found.id === found.name ? url.pathname : url.pathname.replace(found.id, "<id>"),
      name: found.name,
      ...(body ? { body } : {}),
    });
    if (method === "DELETE") return this.remove(kind as Kind, found);
    return this.update(found, Number(url.searchParams.get("version")), body!);
  }

  private create(kind: Kind, body: Values): [number, unknown] {
    const name = body["Name"] as string;
    this.wrote({ method: "POST", path: `/${kind}/create`, name, body });
    const taken = [...this.stored[kind].values()].find((stored) => stored.name === name);
    if (taken && kind === "volumes") return [201, taken];
    if (taken)
      return [409, { message: `rpc error: code = AlreadyExists desc = name conflicts with an existing object: ${name} already exists` }];
    const id = kind === "volumes" ? name : (this.ids[name] ?? `id${String(++this.made).padStart(23, "0")}`);
    const stored: Stored = { id, name, ...this.shapeOf(kind, id, body) };
    this.stored[kind].set(id, stored);
    return [201, kind === "volumes" ? stored : { ID: id, Id: id }];
  }

  private shapeOf(kind: Kind, id: string, body: Values): Values {
    if (kind === "volumes")
      return { Name: id, Driver: body["Driver"], Mountpoint: `/var/lib/docker/volumes/${id}/_data`, Labels: body["Labels"], Options: null };
    if (kind === "networks") {
      const options = body["Driver"] === "overlay" ? { "com.docker.network.driver.overlay.vxlanid_list": "4129" } : {};
      const { CheckDuplicate: _request, ...network } = body;
      return {
        ...network,
        Id: id,
        Scope: body["Driver"] === "overlay" ? "swarm" : "local",
        Options: { ...(body["Options"] as Values), ...options },
      };
    }
    return { ID: id, Version: { Index: 10 }, Spec: body };
  }

  private update(found: Stored, version: number, body: Values): [number, unknown] {
    const { Index } = found["Version"] as { Index: number };
    if (version !== Index) return [500, { message: "rpc error: code = Unknown desc = update out of sequence" }];
    found["Version"] = { Index: Index + 1 };
    const isBack = this.fails[found.name] === "rollback";
    if (!isBack) found["Spec"] = body;
    found["UpdateStatus"] = isBack
      ? { State: "rollback_completed", Message: "rollback completed" }
      : { State: "completed", Message: "update completed" };
    return [200, {}];
  }

  private remove(kind: Kind, found: Stored): [number, unknown] {
    const users = [...this.stored.services.values()].filter((service) => JSON.stringify(service["Spec"]).includes(`"${found.id}"`));
    if (kind !== "services" && users.length > 0)
      return [409, { message: `${found.name} is in use by ${users.map(({ name }) => name).join(", ")}` }];
    this.stored[kind].delete(found.id);
    return [204, undefined];
  }

  private tasksOf(service: string | undefined): unknown[] {
    const services = [...this.stored.services.values()].filter(({ id }) => !service || id === service);
    return services.flatMap((found) => this.tasks.of(found, this.fails[found.name]));
  }

  private wrote(write: Write): void {
    this.writes.push(write);
    this.onWrite(write);
  }
}
