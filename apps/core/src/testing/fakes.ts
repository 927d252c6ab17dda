import type { ClientMessage, ServerMessage } from "@barecast/signaling/messages";

/** Sockets that a test plays the server of. */
export class FakeSocket {
  static readonly opened: FakeSocket[] = [];
  readonly sent: ClientMessage[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.opened.push(this);
  }
  static get last(): FakeSocket {
    return FakeSocket.opened.at(-1)!;
  }
  /** The network is gone: nothing comes any more, not even the end. */
  isDead = false;
  send(text: string): void {
    const message = JSON.parse(text) as ClientMessage;
    this.sent.push(message);
    if (message.type === "ping" && !this.isDead) this.say({ type: "pong", id: message.id });
  }
  close(code = 1005): void {
    if (!this.isDead) this.onclose?.({ code });
  }
  /** The server says something. */
  say(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  /** The last request of this type. */
  request<T extends ClientMessage["type"]>(type: T): Extract<ClientMessage, { type: T }> {
    const found = this.sent.filter((message) => message.type === type).at(-1);
    if (!found) throw new Error(`No ${type} was sent, but ${this.sent.map((message) => message.type).join(", ")}`);
    return found as Extract<ClientMessage, { type: T }>;
  }
  /** Opens and signs in. */
  async welcome(): Promise<void> {
    this.onopen?.();
    await turn();
    const user = { id: "u1", name: "olga", roles: ["operator" as const] };
    this.say({ type: "authenticated", id: this.request("authenticate").id, user, iceServers: [{ urls: ["turn:t"] }], iceTtlSeconds: 3600 });
    await turn();
  }
}

/** What is used of RTCPeerConnection, as a browser would call back. */
export class FakePeer {
  static readonly made: FakePeer[] = [];
  readonly calls: string[] = [];
  connectionState = "new";
  onicecandidate: ((event: { candidate: { toJSON(): RTCIceCandidateInit } | null }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ontrack: unknown = null;

  constructor(readonly configuration: RTCConfiguration) {
    FakePeer.made.push(this);
  }
  static get last(): FakePeer {
    return FakePeer.made.at(-1)!;
  }
  addTransceiver(kind: string, { direction }: { direction: string }): void {
    this.calls.push(`addTransceiver ${kind} ${direction}`);
  }
  async createOffer(): Promise<RTCSessionDescriptionInit> {
    return { type: "offer", sdp: "v=0 offer" };
  }
  async setLocalDescription(): Promise<void> {
    this.calls.push("setLocalDescription");
  }
  async setRemoteDescription({ sdp }: RTCSessionDescriptionInit): Promise<void> {
    this.calls.push(`setRemoteDescription ${sdp}`);
  }
  async addIceCandidate({ candidate }: RTCIceCandidateInit): Promise<void> {
    this.calls.push(`addIceCandidate ${candidate}`);
  }
  close(): void {
    this.calls.push("close");
  }
  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

/** Lets what is already resolved run. */
export async function turn(): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
}
