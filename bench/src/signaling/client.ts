import { WebSocket } from "ws";
import { origin } from "./messages";

type Matches = (text: string) => boolean;
interface Waiting {
  readonly matches: Matches;
  readonly done: (text: string) => void;
  readonly fail: (error: Error) => void;
}

/** A WebSocket and the frames that come, each told to who waits for one that it matches. */
export class Client {
  private readonly waiting = new Set<Waiting>();
  private closed: Error | undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.on("message", (data) => {
      for (const one of [...this.waiting]) this.tell(one, String(data));
    });
    socket.on("close", (code) => {
      this.closed = new Error(`A connection was closed with ${code}`);
      for (const { fail } of this.waiting) fail(this.closed);
    });
  }
  static async open(port: number): Promise<Client> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { origin, perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    return new Client(socket);
  }
  send(text: string): void {
    this.socket.send(text);
  }
  /** The next frame of which this is true; rejects with what `matches` throws, and when the connection is closed. */
  next(matches: Matches): Promise<string> {
    if (this.closed) return Promise.reject(this.closed);
    return new Promise((done, fail) => this.waiting.add({ matches, done, fail }));
  }

  private tell(one: Waiting, text: string): void {
    try {
      if (!one.matches(text)) return;
      one.done(text);
    } catch (error) {
      one.fail(error as Error);
    }
    this.waiting.delete(one);
  }
}

/** Whether a frame is the answer of this type to a request. @throws Error when it is a refusal */
export const answerTo =
  (id: string, type: string): Matches =>
  (text) => {
    if (text.startsWith('{"type":"error"')) throw new Error(`The signaling server refused: ${text}`);
    return text.startsWith(`{"type":"${type}","id":"${id}"`);
  };

/** Signs in by a session token. */
export async function signedIn(port: number, token: string): Promise<Client> {
  const client = await Client.open(port);
  const welcomed = client.next(answerTo("a", "authenticated"));
  client.send(JSON.stringify({ type: "authenticate", id: "a", token }));
  await welcomed;
  return client;
}

/** Publishes, and stays. @returns the stream's id */
export async function published(port: number, token: string, offer: string): Promise<string> {
  const phone = await signedIn(port, token);
  const answered = phone.next(answerTo("p", "answer"));
  phone.send(JSON.stringify({ type: "publish", id: "p", connectionId: "phone", title: "Bench", offer }));
  return (JSON.parse(await answered) as { streamId: string }).streamId;
}

/** Sends the frames of a join; ends when its offer is answered and the media server has said its last candidate. */
export async function joined(client: Client, number: number, frames: readonly string[]): Promise<void> {
  const answered = client.next(answerTo(`v${number}`, "answer"));
  const gathered = client.next((text) => text === `{"type":"candidate","connectionId":"c${number}","candidate":null}`);
  for (const frame of frames) client.send(frame);
  await Promise.all([answered, gathered]);
}
