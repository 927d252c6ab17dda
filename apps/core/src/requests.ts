import type { ClientMessage, ServerMessage } from "@barecast/signaling/messages";
import { Problem } from "./problem";

/** A message that is answered by its id. */
export type Request = Exclude<ClientMessage, { type: "candidate" }>;
export type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;

interface Waiting {
  resolve(answer: ServerMessage): void;
  reject(problem: Problem): void;
}

/** Requests that wait for their answers, by id. */
export class Requests {
  private ids = 0;
  private readonly waiting = new Map<string, Waiting>();

  /** Gives the message its id, hands it to `send` as text, and waits. @throws {Problem} when it is refused, lost, or not answered in time */
  ask(message: WithoutId<Request>, timeoutMs: number, send: (text: string) => void): Promise<ServerMessage> {
    const id = String(++this.ids);
    return new Promise((resolve, reject) => {
      const over = () => {
        clearTimeout(timer);
        this.waiting.delete(id);
      };
      const timer = setTimeout(() => {
        over();
        reject(new Problem("offline", "The server did not answer in time"));
      }, timeoutMs);
      this.waiting.set(id, {
        resolve: (answer) => (over(), resolve(answer)),
        reject: (problem) => (over(), reject(problem)),
      });
      send(JSON.stringify({ ...message, id }));
    });
  }

  /** Hands an answer, or a refusal, to who waits for it. @returns whether somebody did */
  take(message: ServerMessage): boolean {
    const waiting = "id" in message && message.id !== undefined ? this.waiting.get(message.id) : undefined;
    if (message.type === "error") waiting?.reject(new Problem(message.code, message.message));
    else waiting?.resolve(message);
    return waiting !== undefined;
  }

  /** The connection is lost, and every answer with it. */
  lose(): void {
    for (const { reject } of [...this.waiting.values()]) reject(offline());
  }
}

export function offline(): Problem {
  return new Problem("offline", "The connection to the server was lost. Trying again");
}
