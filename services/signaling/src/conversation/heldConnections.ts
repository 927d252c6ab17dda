import { Publishing } from "../media/publishing";
import { Viewing } from "../media/viewing";
import type { Candidate, ClientMessage, ServerMessage, User } from "../messages";
import type { Metrics } from "../metrics";
import { Refusal } from "../refusal";
import type { Permission } from "./permissions";

type Stop = Extract<ClientMessage, { type: "stop" }>;
type Kind = "publish" | "view";

/** How many of each kind one client may hold. */
const most: Readonly<Record<Kind, number>> = { publish: 4, view: 64 };
const classes = { publish: Publishing, view: Viewing };

interface Held {
  readonly connection: Publishing | Viewing;
  /** What its owner needs as long as it goes on. */
  readonly permission: Permission;
}

/** The WebRTC connections of one client, by the names that it gave them. */
export class HeldConnections {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly joins: Metrics["joins"],
    private readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>,
    private readonly send: (message: ServerMessage) => void,
  ) {}

  /** What a connection tells its client. */
  eventsOf(connectionId: string) {
    return {
      onCandidate: (candidate: Candidate) => this.send({ type: "candidate", connectionId, candidate }),
      onEnded: (reason: string) => {
        this.held.delete(connectionId);
        this.send({ type: "ended", connectionId, reason });
      },
    };
  }

  /** Holds a connection and answers its offer. @throws {Refusal} and holds nothing then */
  async start(
    kind: Kind,
    { id, connectionId, offer }: { readonly id: string; readonly connectionId: string; readonly offer: string },
    connection: Publishing | Viewing,
    streamId: string,
    permission: Permission,
  ): Promise<void> {
    this.hold(kind, connectionId, { connection, permission });
    const stopTimer = this.joins.startTimer({ kind });
    try {
      const answer = await this.inTurn(() => connection.start(offer));
      this.send({ type: "answer", id, connectionId, streamId, answer });
      connection.gather();
      stopTimer({ outcome: "answered" });
    } catch (error) {
      if (this.held.get(connectionId)?.connection === connection) this.held.delete(connectionId);
      stopTimer({ outcome: "refused" });
      throw error;
    }
  }

  /** One for a connection that is gone is dropped: it may have been on its way. */
  addCandidate(connectionId: string, candidate: Candidate): void {
    this.held.get(connectionId)?.connection.addCandidate(candidate);
  }

  /** @throws {Refusal} */
  async stop({ id, connectionId }: Stop): Promise<void> {
    const held = this.held.get(connectionId);
    if (!held) throw new Refusal("notFound", `There is no connection ${JSON.stringify(connectionId)} here`);
    this.held.delete(connectionId);
    await held.connection.end("The publisher stopped");
    this.send({ type: "stopped", id, connectionId });
  }

  /** Ends what this person may not do any more, and says why. */
  endForbidden(user: User): void {
    for (const [connectionId, { connection, permission }] of [...this.held]) {
      const reason = permission(user);
      if (reason === null) continue;
      this.held.delete(connectionId);
      this.send({ type: "ended", connectionId, reason, code: "forbidden" });
      void connection.end(reason);
    }
  }

  /** Gives all back without a word to the client. */
  async endAll(reason: string): Promise<void> {
    const all = [...this.held.values()];
    this.held.clear();
    await Promise.all(all.map(({ connection }) => connection.end(reason)));
  }

  private hold(kind: Kind, connectionId: string, held: Held): void {
    if (this.held.has(connectionId)) throw new Refusal("conflict", `There is a connection ${JSON.stringify(connectionId)} already`);
    const alike = [...this.held.values()].filter(({ connection }) => connection instanceof classes[kind]).length;
    if (alike >= most[kind]) throw new Refusal("tooMany", `At most ${most[kind]} at a time; stop one first`);
    this.held.set(connectionId, held);
  }
}
