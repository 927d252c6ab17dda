import { type Line, type Message, normal, RawClient, translate, uuidsIn } from "./wire";

/** Differences from the real server that are meant. `of` names the operation, `same` keeps what must still agree. */
const ANSWER_DIFFERENCES: { of: string; reason: string; same: (value: unknown) => unknown }[] = [
  {
    of: "getInfo",
    reason: "Only the modules that kurento-client insists on are named, with the types that exist here",
    same: (value) => ({
      ...(value as Message),
      modules: ((value as Message)["modules"] as Message[]).map(({ __type__ }) => __type__).slice(0, 1),
    }),
  },
  { of: "getUsedMemory", reason: "A measurement", same: (value) => typeof value },
  { of: "getUsedCpu", reason: "A measurement", same: (value) => typeof value },
  { of: "getCpuCount", reason: "Another machine", same: (value) => typeof value },
  {
    of: "getSessions",
    reason: "Others' sessions, and a real server's empty names",
    same: (value) => (value as string[]).includes("<uuid>"),
  },
  { of: "getPipelines", reason: "Others' pipelines come in any order", same: (value) => (value as string[]).length },
  {
    of: "getStats",
    reason: "No media flows in a replay: only the element's own entry; the RTP entries are compared in the live test",
    same: (value) => Object.keys(value as object).filter((id) => id.includes("Endpoint")),
  },
];

const operationOf = ({ msg }: Line) => (msg["params"] as Message | undefined)?.["operation"] as string | undefined;

function comparable(answer: Message, operation?: string): unknown {
  const whole = normal(answer) as Message;
  const result = whole["result"] as Message | undefined;
  const difference = ANSWER_DIFFERENCES.find(({ of }) => of === operation);
  return result && difference ? { ...whole, result: { ...result, value: difference.same(result["value"]) } } : whole;
}

/** Says what the recorded client said, in its order, and compares every answer. `beforeRelease`: before a pipeline ends, with the events so far. Gives all events. */
export async function replay(
  port: number,
  lines: Line[],
  beforeRelease: (events: Message[]) => Promise<void> = async () => undefined,
): Promise<Message[]> {
  const ids = new Map<string, string>();
  const clients = new Map<number, RawClient>();
  const differences: unknown[] = [];
  for (const line of lines.filter(({ dir }) => dir === "client->server")) {
    if (!clients.has(line.conn)) {
      clients.get(line.conn - 1)?.close();
      clients.set(line.conn, await RawClient.open(port));
    }
    const expected = lines.find(
      ({ dir, conn, msg }) => dir === "server->client" && conn === line.conn && msg["id"] === line.msg["id"],
    )!.msg;
    const operation = operationOf(line);
    if (isPipelineRelease(line.msg)) await beforeRelease(clients.get(line.conn)!.events);
    const answer = await clients.get(line.conn)!.ask(translate(line.msg, ids));
    const [theirs, ours] = [uuidsIn(expected), uuidsIn(answer)];
    if (theirs.length === ours.length && operation !== "getStats") theirs.forEach((id, index) => ids.set(id, ours[index]!));
    const pair = { request: line.msg, ours: comparable(answer, operation), theirs: comparable(expected, operation) };
    if (JSON.stringify(pair.ours) !== JSON.stringify(pair.theirs)) differences.push(pair);
  }
  expect(differences).toEqual([]);
  const events = [...clients.values()].flatMap((client) => client.events);
  clients.forEach((client) => client.close());
  return events;
}

const isPipelineRelease = (msg: Message) =>
  msg["method"] === "release" && String((msg["params"] as Message)["object"]).endsWith("MediaPipeline");
