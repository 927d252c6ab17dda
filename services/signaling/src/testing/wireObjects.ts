import { readFileSync } from "node:fs";
import path from "node:path";

export interface WireRequest {
  readonly id: number;
  readonly method: string;
  readonly params?: Record<string, unknown>;
}

/** Says that an event of an object happened. */
export type Emit = (id: string, event: string, data: object) => void;

/** The objects of the wire double, and what it answers: as a real server, with the SDP and the candidate that one sent. */
export class WireObjects {
  private readonly objects = new Map<string, { readonly type: string; readonly tags: Record<string, string> }>();
  private readonly failures = new Map<string, string>();
  private readonly recorded = readRecorded();
  private count = 0;

  constructor(private readonly emit: Emit) {}

  ids(): string[] {
    return [...this.objects.keys()];
  }
  /** The newest object of a type. @throws Error when there is none */
  newest(type: string): string {
    const id = [...this.objects].filter(([, object]) => object.type === type).at(-1)?.[0];
    if (!id) throw new Error(`There is no ${type}, only ${this.ids().join(", ") || "nothing"}`);
    return id;
  }
  add(type: string, pipeline?: string, tags: Record<string, string> = {}): string {
    const id = `${pipeline === undefined ? "" : `${pipeline}/`}${++this.count}_kurento.${type}`;
    this.objects.set(id, { type, tags: { ...tags } });
    return id;
  }
  failNext(operation: string, message: string): void {
    this.failures.set(operation, message);
  }

  /** The value of an answer, or an error with the server's message. */
  answer({ method, params = {} }: WireRequest): unknown {
    const id = String(params["object"] ?? "");
    const isKnown = id === "manager_ServerManager" || this.objects.has(id);
    if (!["ping", "connect", "create"].includes(method) && !isKnown) return new Error(`Object '${id}' not found`);
    switch (method) {
      case "ping":
        return "pong";
      case "describe":
        return this.objects.get(id)?.type ?? "ServerManager";
      case "create": {
        const pipeline = (params["constructorParams"] as { mediaPipeline?: string } | undefined)?.mediaPipeline;
        if (pipeline !== undefined && !this.objects.has(pipeline)) return new Error(`Object '${pipeline}' not found`);
        return this.add(String(params["type"]), pipeline);
      }
      case "subscribe":
        return `${id} ${String(params["type"])}`;
      case "release":
        return this.release(id);
      case "invoke": {
        const operation = String(params["operation"]);
        const failure = this.failures.get(operation);
        this.failures.delete(operation);
        return failure ? new Error(failure) : this.invoke(id, operation, (params["operationParams"] ?? {}) as Record<string, unknown>);
      }
      default:
        return null;
    }
  }

  /** A pipeline goes with all that is in it. */
  private release(id: string): null {
    const isPipeline = this.objects.get(id)?.type === "MediaPipeline";
    this.objects.delete(id);
    if (isPipeline) for (const other of this.ids()) if (other.startsWith(`${id}/`)) this.objects.delete(other);
    return null;
  }

  private invoke(id: string, operation: string, given: Record<string, unknown>): unknown {
    const tags = this.objects.get(id)?.tags;
    switch (operation) {
      case "getPipelines":
        return [...this.objects].filter(([, { type }]) => type === "MediaPipeline").map(([pipeline]) => pipeline);
      case "addTag":
        if (tags) tags[String(given["key"])] = String(given["value"]);
        return undefined;
      case "getTag":
        return tags?.[String(given["key"])] ?? new Error(`Tag key ${String(given["key"])} not found`);
      case "processOffer":
        return String(given["offer"]).startsWith("v=0") ? this.recorded.answer : new Error("Invalid SDP");
      case "gatherCandidates":
        setImmediate(() => {
          this.emit(id, "IceCandidateFound", { candidate: this.recorded.candidate });
          this.emit(id, "IceGatheringDone", {});
        });
        return null;
      default:
        return null;
    }
  }
}

interface RecordedMessage {
  result?: { value?: unknown };
  params?: { value?: { type?: string; data?: { candidate?: unknown } } };
}

function readRecorded(): { readonly answer: string; readonly candidate: unknown } {
  const file = path.resolve(__dirname, "../../../../tests/fixtures/kurento-wire/publish-view-record.jsonl");
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const messages = lines.map((line) => (JSON.parse(line) as { msg?: RecordedMessage }).msg ?? {});
  const answer = messages.map(({ result }) => result?.value).find((value) => typeof value === "string" && value.startsWith("v=0"));
  const event = messages.map(({ params }) => params?.value).find((value) => value?.type === "IceCandidateFound");
  return { answer: answer as string, candidate: event?.data?.candidate };
}
