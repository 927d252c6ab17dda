import { randomUUID } from "node:crypto";
import { KurentoError } from "../errors";
import type { Log } from "../log";
import type { MediaConfig } from "../config";
import type { PortRange } from "../media/portRange";
import { eventsOf, type Operations, type Params, type TypeName } from "../protocol";
import type { RtspServer } from "../rtsp/rtspServer";
import type { Registry } from "./registry";

/** Takes an event to the client that asked for it. */
export type EventSink = (event: { data: Params; object: string; type: string }) => void;

/** What every object may use. */
export interface Context {
  config: Readonly<MediaConfig>;
  log: Log;
  registry: Registry;
  /** Where our ffmpeg children fetch and bring media. */
  door: RtspServer;
  /** UDP ports for WebRTC; RtpEndpoint looks for its pairs itself. */
  ports: PortRange;
}

const TYPE_PREFIX = "kurento.";

/** Base of everything a client can name. Ids are those of Kurento: `<pipeline>_kurento.MediaPipeline/<uuid>_kurento.<Type>`. */
export class MediaObject {
  readonly id: string;
  readonly createdAtMs = Date.now();
  readonly children = new Set<MediaObject>();
  readonly tags = new Map<string, string>();
  name: string;
  sendTagsInEvents = false;
  isReleased = false;
  private readonly subscriptions = new Map<string, { type: string; send: EventSink }>();

  constructor(
    readonly type: TypeName,
    protected readonly context: Context,
    readonly parent?: MediaObject,
    id?: string,
  ) {
    const own = `${randomUUID()}_${TYPE_PREFIX}${type}`;
    this.id = id ?? (parent ? `${parent.id}/${own}` : own);
    this.name = this.id;
    parent?.children.add(this);
  }

  get pipeline(): MediaObject | undefined {
    return this.parent;
  }

  /** @throws {@link KurentoError} when there is none. */
  lookUp(id: string): MediaObject {
    return this.context.registry.get(id);
  }

  /** @throws {@link KurentoError} when objects of this type never send such an event. */
  subscribe(type: string, send: EventSink): string {
    if (!eventsOf(this.type).includes(type)) {
      throw new KurentoError("MEDIA_OBJECT_EVENT_NOT_SUPPORTED", `Event '${type}' is not supported by ${TYPE_PREFIX}${this.type}`);
    }
    const id = randomUUID();
    this.subscriptions.set(id, { type, send });
    return id;
  }

  unsubscribe(id: string): void {
    this.subscriptions.delete(id);
  }

  /** @param data own fields of the event; `type` only where it differs from the event's name (Error). */
  raise(type: string, data: Params = {}): void {
    if (this.isReleased) return;
    const tags = this.sendTagsInEvents ? tagList(this) : [];
    const full = { source: this.id, tags, timestampMillis: String(Date.now()), type, ...data };
    this.context.log.debug("event", { object: this.id, type, data });
    for (const subscription of this.subscriptions.values()) {
      if (subscription.type === type) subscription.send({ data: full, object: this.id, type });
    }
  }

  /** Frees what the object holds. Children go first. Called once. */
  protected async dispose(): Promise<void> {}

  async release(): Promise<void> {
    if (this.isReleased) return;
    this.context.registry.forget(this);
    await Promise.all([...this.children].map((child) => child.release()));
    this.isReleased = true;
    this.parent?.children.delete(this);
    this.subscriptions.clear();
    await this.dispose();
  }
}

export const tagList = (self: MediaObject) =>
  [...self.tags].map(([key, value]) => ({ __module__: "kurento", __type__: "Tag", key, value }));

/** @throws {@link KurentoError} naming the parameter. */
export function stringParam(params: Params, name: string): string {
  const value = params[name];
  if (typeof value !== "string") throw new KurentoError("MARSHALL_ERROR", `'${name}' parameter should be a string`);
  return value;
}

/** @throws {@link KurentoError} naming the parameter. */
export function numberParam(params: Params, name: string): number {
  const value = params[name];
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new KurentoError("MARSHALL_ERROR", `'${name}' parameter should be a number`);
  return value;
}

/** @throws {@link KurentoError} naming the parameter. */
export function booleanParam(params: Params, name: string): boolean {
  const value = params[name];
  if (typeof value !== "boolean") throw new KurentoError("MARSHALL_ERROR", `'${name}' parameter should be a boolean`);
  return value;
}

const noTag = (key: string) => new KurentoError("MEDIA_OBJECT_TAG_KEY_NOT_FOUND", `Tag key '${key}' not found`);

export const mediaObjectOperations: Operations<"MediaObject", MediaObject> = {
  addTag: (self, params) => void self.tags.set(stringParam(params, "key"), stringParam(params, "value")),
  getChildren: (self) => [...self.children].map(({ id }) => id),
  getCreationTime: (self) => Math.floor(self.createdAtMs / 1000),
  getMediaPipeline: (self) => (self.pipeline ?? self).id,
  getName: (self) => self.name,
  getParent: (self) => self.parent?.id ?? "",
  getSendTagsInEvents: (self) => self.sendTagsInEvents,
  getTag: (self, params) => {
    const key = stringParam(params, "key");
    const value = self.tags.get(key);
    if (value === undefined) throw noTag(key);
    return value;
  },
  getTags: (self) => tagList(self),
  removeTag: (self, params) => {
    const key = stringParam(params, "key");
    if (!self.tags.delete(key)) throw noTag(key);
  },
  setName: (self, params) => void (self.name = stringParam(params, "name")),
  setSendTagsInEvents: (self, params) => void (self.sendTagsInEvents = booleanParam(params, "sendTagsInEvents")),
};
