import kurento, { type Client, type Remote } from "kurento-client";

/** The media server as the benches see it: over its own protocol, in a session of their own. */
export class Kurento {
  private constructor(private readonly client: Client) {}

  static async connect(url: string): Promise<Kurento> {
    return new Kurento(await kurento(url));
  }

  async pipelineIds(): Promise<string[]> {
    const manager = await this.find("manager_ServerManager");
    return (await manager.getPipelines()).map(({ id }) => id);
  }

  async childIds(pipeline: string): Promise<string[]> {
    return (await (await this.find(pipeline)).getChildren()).map(({ id }) => id);
  }

  /** Waits for one answer of the server, and tells how long it took. */
  async roundTripMs(): Promise<number> {
    const manager = await this.find("manager_ServerManager");
    const began = performance.now();
    await manager.getName();
    return performance.now() - began;
  }

  /** An object that signaling made. What is found by its id comes as a bare copy, which kurento-client itself refuses as a parameter. */
  async find(id: string): Promise<Remote> {
    const raw = await this.client.getMediaobjectById(id);
    if (Object.getPrototypeOf(raw) === Object.prototype)
      Object.setPrototypeOf(raw, (raw.constructor as unknown as { prototype: object }).prototype);
    return raw;
  }

  close(): void {
    this.client.close();
  }
}
