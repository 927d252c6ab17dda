import { KurentoError } from "../errors";
import type { MediaObject } from "./mediaObject";

/** Every living object by id, and who uses it. */
export class Registry {
  private readonly objects = new Map<string, MediaObject>();
  private readonly users = new Map<string, Set<string>>();

  onAdded: (object: MediaObject) => void = () => undefined;
  onRemoved: (object: MediaObject) => void = () => undefined;

  add(object: MediaObject): void {
    this.objects.set(object.id, object);
    this.onAdded(object);
  }

  /** @throws {@link KurentoError} as a real server words it. */
  get(id: string): MediaObject {
    const object = this.objects.get(id);
    if (!object) throw new KurentoError("MEDIA_OBJECT_NOT_FOUND", `Object '${id}' not found`);
    return object;
  }

  find(id: string): MediaObject | undefined {
    return this.objects.get(id);
  }

  ofType<T extends MediaObject>(type: string): T[] {
    return [...this.objects.values()].filter((object) => object.type === type) as T[];
  }

  all(): MediaObject[] {
    return [...this.objects.values()];
  }

  get size(): number {
    return this.objects.size;
  }

  forget(object: MediaObject): void {
    if (!this.objects.delete(object.id)) return;
    this.users.delete(object.id);
    this.onRemoved(object);
  }

  /** The session needs the object, and so its parent. */
  use(object: MediaObject, sessionId: string): void {
    for (let each: MediaObject | undefined = object; each; each = each.parent) {
      const users = this.users.get(each.id) ?? new Set();
      this.users.set(each.id, users.add(sessionId));
    }
  }

  /** The session is gone for good: what nobody else uses is released. */
  async dropSession(sessionId: string): Promise<string[]> {
    const unused = [...this.users].filter(([, users]) => users.delete(sessionId) && users.size === 0).map(([id]) => id);
    const objects = unused.flatMap((id) => this.objects.get(id) ?? []);
    await Promise.all(objects.map((object) => object.release()));
    return unused;
  }
}
