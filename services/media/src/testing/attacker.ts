import { Bystander } from "./bystander";
import { until } from "./until";
import { type Message, RawClient } from "./wire";

/** A client of the control port that says what it likes, beside a stream that is none of its business. */
export class Attacker {
  private requestId = 1_000_000;

  private constructor(
    readonly bystander: Bystander,
    private readonly client: RawClient,
  ) {}

  static async open(firstPort: number): Promise<Attacker> {
    const bystander = await Bystander.open(firstPort);
    return new Attacker(bystander, await RawClient.open(bystander.server.port));
  }

  async close(): Promise<void> {
    this.client.close();
    await this.bystander.close();
  }

  nextId(): number {
    return this.requestId++;
  }

  send(data: string | Buffer): void {
    this.client.ws.send(data);
  }

  /** Fails when the server ends before its answer. */
  answerTo(method: string, params: Message = {}): Promise<Message> {
    return this.bystander.server.whileAlive(this.client.ask({ jsonrpc: "2.0", id: this.nextId(), method, params }));
  }

  /** The value of the answer; undefined for an error. */
  async ask(method: string, params: Message): Promise<string> {
    return ((await this.answerTo(method, params))["result"] as Message | undefined)?.["value"] as string;
  }

  /** The error's name, or `done`. */
  async outcomeOf(method: string, params: Message): Promise<string> {
    const { error } = (await this.answerTo(method, params)) as { error?: { data?: { type?: string } } };
    return error ? String(error.data?.type) : "done";
  }

  /** What it made is collected with its session; the stream's own objects stay. */
  async expectCollected(): Promise<void> {
    const { client, bystander } = this;
    client.close();
    const theirs = { MediaPipeline: 1, WebRtcEndpoint: 2 };
    await until(async () => {
      const { objects } = await bystander.server.stats();
      return JSON.stringify(objects) === JSON.stringify(theirs) ? null : `objects ${JSON.stringify(objects)}`;
    });
    await bystander.expectAlive();
  }
}
