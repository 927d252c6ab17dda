import type { ServerMessage, User } from "../messages";
import type { StreamRegistry } from "../streams";
import { demand, watchPermission } from "./permissions";

/** Whether one client is told of all streams, now and after every change. */
export class Watching {
  private stop: (() => void) | null = null;

  constructor(
    private readonly streams: StreamRegistry,
    private readonly send: (message: ServerMessage) => void,
  ) {}

  /** Tells of the streams as the answer to `id`, and from now on. @throws {Refusal} `forbidden` */
  start(id: string, user: User): void {
    demand(watchPermission, user);
    this.stop ??= this.streams.onChange((streams) => this.send({ type: "streams", streams }));
    this.send({ type: "streams", id, streams: this.streams.views() });
  }

  /** Ends when this person may not watch any more, and says why: the list becomes empty. */
  endForbidden(user: User): void {
    const reason = watchPermission(user);
    if (reason === null || !this.stop) return;
    this.end();
    this.send({ type: "streams", streams: [] });
    this.send({ type: "error", code: "forbidden", message: reason });
  }

  end(): void {
    this.stop?.();
    this.stop = null;
  }
}
