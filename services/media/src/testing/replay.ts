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

/** Two servers' answers to the same request. */
interface Pair {
  request: Message;
  ours: unknown;
  theirs: unknown;
}

/** One recorded conversation, said again to our server. */
class Conversation {
  /** Recorded ids with those that they have here. */
  private readonly ids = new Map<string, string>();
  private readonly clients = new Map<number, RawClient>();
  private readonly asked = new Map<string, { line: Line; answer: Promise<Message> }>();

  constructor(
    private readonly port: number,
    private readonly beforeRelease: (events: Message[]) => Promise<void>,
  ) {}

  /** A new connection of the recording ends the one before. */
  private async clientOf(conn: number): Promise<RawClient> {
    if (!this.clients.has(conn)) {
      this.clients.get(conn - 1)?.close();
      this.clients.set(conn, await RawClient.open(this.port));
    }
    return this.clients.get(conn)!;
  }

  async say(line: Line): Promise<void> {
    const client = await this.clientOf(line.conn);
    if (isPipelineRelease(line.msg)) await this.beforeRelease(client.events);
    this.asked.set(`${line.conn} ${String(line.msg["id"])}`, { line, answer: client.ask(translate(line.msg, this.ids)) });
  }

  /** Waits for our answer to the request that this recorded one answers. */
  async hear({ conn, msg: theirs }: Line): Promise<Pair> {
    const { line, answer } = this.asked.get(`${conn} ${String(theirs["id"])}`)!;
    const ours = await answer;
    const operation = operationOf(line);
    const [theirIds, ourIds] = [uuidsIn(theirs), uuidsIn(ours)];
    if (theirIds.length === ourIds.length && operation !== "getStats") theirIds.forEach((id, index) => this.ids.set(id, ourIds[index]!));
    return { request: line.msg, ours: comparable(ours, operation), theirs: comparable(theirs, operation) };
  }

  end(): { events: Message[]; answered: unknown[] } {
    const all = [...this.clients.values()];
    all.forEach((client) => client.close());
    return { events: all.flatMap(({ events }) => events), answered: all.flatMap(({ answered }) => answered) };
  }
}

const isAnswer = ({ dir, msg }: Line) => dir === "server->client" && msg["method"] === undefined;

/**
 * Says what the recorded client said, each request before and behind the same answers, and compares every answer and their order.
 * `beforeRelease`: before a pipeline ends, with the events so far. Gives all events.
 */
export async function replay(
  port: number,
  lines: Line[],
  beforeRelease: (events: Message[]) => Promise<void> = async () => undefined,
): Promise<Message[]> {
  const conversation = new Conversation(port, beforeRelease);
  const pairs: Pair[] = [];
  for (const line of lines) {
    if (line.dir === "client->server") await conversation.say(line);
    else if (isAnswer(line)) pairs.push(await conversation.hear(line));
  }
  const { events, answered } = conversation.end();
  expect(pairs.filter(({ ours, theirs }) => JSON.stringify(ours) !== JSON.stringify(theirs))).toEqual([]);
  expect(answered).toEqual(lines.filter(isAnswer).map(({ msg }) => msg["id"]));
  return events;
}

const isPipelineRelease = (msg: Message) =>
  msg["method"] === "release" && String((msg["params"] as Message)["object"]).endsWith("MediaPipeline");
