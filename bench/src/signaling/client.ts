import { WebSocket } from "ws";
import { origin } from "./messages";

/** A WebSocket and the frames that come, each told to who waits for one that it matches. */
export class Client {
  private readonly waiting = new Map<(text: string) => boolean, () => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.on("message", (data) => {
      const text = String(data);
      for (const [matches, done] of this.waiting) {
        if (!matches(text)) continue;
        this.waiting.delete(matches);
        done();
      }
    });
    socket.on("close", (code) => {
      throw new Error(`A connection was closed with ${code}`);
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
  /** The next frame of which this is true. */
  next(matches: (text: string) => boolean): Promise<void> {
    return new Promise((resolve) => this.waiting.set(matches, resolve));
  }
}

/** Whether a frame is the answer of this type to a request. @throws Error when it is a refusal */
export const answerTo = (id: string, type: string) => (text: string) => {
  if (text.startsWith('{"type":"error"')) throw new Error(`The signaling server refused: ${text}`);
  return text.startsWith(`{"type":"${type}","id":"${id}"`);
};

/** Signs in by a session token. */
export async function signedIn(port: number, token: string): Promise<Client> {
  const client = await Client.open(port);
  const isIn = client.next(answerTo("a", "authenticated"));
  client.send(JSON.stringify({ type: "authenticate", id: "a", token }));
  await isIn;
  return client;
}

/** Publishes, and stays. @returns the stream's id */
export async function published(port: number, token: string, offer: string): Promise<string> {
  const phone = await signedIn(port, token);
  let streamId = "";
  const isPublished = phone.next((text) => (streamId = /"type":"answer".*?"streamId":"([^"]+)"/.exec(text)?.[1] ?? "") !== "");
  phone.send(JSON.stringify({ type: "publish", id: "p", connectionId: "phone", title: "Bench", offer }));
  await isPublished;
  return streamId;
}

/** Sends the frames of a join; ends when its offer is answered and the media server has said its last candidate. */
export async function joined(client: Client, number: number, frames: readonly string[]): Promise<void> {
  const isAnswered = client.next(answerTo(`v${number}`, "answer"));
  const isGathered = client.next((text) => text === `{"type":"candidate","connectionId":"c${number}","candidate":null}`);
  for (const frame of frames) client.send(frame);
  await Promise.all([isAnswered, isGathered]);
}
