import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { RTCIceTransport } from "werift";
import { IceSender } from "./iceSender";

let socket: Socket;
let receiver: Socket;
let received: string[];
beforeEach(async () => {
  socket = createSocket("udp4");
  receiver = createSocket("udp4").bind(0, "127.0.0.1");
  await once(receiver, "listening");
  received = [];
  receiver.on("message", (data) => received.push(data.toString()));
});
afterEach(() => [socket, receiver].forEach((one) => one.close()));

/** A pair as werift has it, to the receiver. */
const pairOf = (type: "stun" | "turn" | "tcp", host = "127.0.0.1") => ({
  protocol: { type, transport: { closed: false, socket } },
  remoteAddr: [host, receiver.address().port] as const,
  ...{ packetsSent: 0, bytesSent: 0 },
});
type Pair = ReturnType<typeof pairOf>;

/** A connection as werift has it; what goes its own way is only noted. */
class Connection {
  isConsented = true;
  readonly ownWay: string[] = [];
  constructor(public nominated?: Pair) {}
  canSendApplicationData = () => this.isConsented;
  send = async (datagram: Buffer) => {
    this.ownWay.push(datagram.toString());
    throw new Error("lost");
  };
}

const senderOn = (connection: Connection) => new IceSender({ connection } as unknown as RTCIceTransport);
/** All that was sent before has come: on this computer UDP keeps its order. */
async function arrived(): Promise<string[]> {
  socket.send("end", receiver.address().port, "127.0.0.1");
  while (received.at(-1) !== "end") await once(receiver, "message");
  return received.slice(0, -1);
}

test("goes straight to the chosen address, and counts", async () => {
  const pair = pairOf("stun");
  const connection = new Connection(pair);
  const sender = senderOn(connection);
  sender.send(Buffer.from("one"));
  sender.send(Buffer.from("three"));
  expect(await arrived()).toEqual(["one", "three"]);
  expect([pair.packetsSent, pair.bytesSent, connection.ownWay]).toEqual([2, 8, []]);
});

test.each<[string, () => Pair | undefined]>([
  ["through a TURN server", () => pairOf("turn")],
  ["over TCP", () => pairOf("tcp")],
  ["to a name", () => pairOf("stun", "localhost")],
  ["while there is no pair", () => undefined],
])("%s werift's own way is taken, whose failure is a loss", async (_name, pair) => {
  const connection = new Connection(pair());
  senderOn(connection).send(Buffer.from("x"));
  expect(connection.ownWay).toEqual(["x"]);
  expect(await arrived()).toEqual([]);
});

test("another pair is used from the next packet on", async () => {
  const connection = new Connection(pairOf("turn"));
  const sender = senderOn(connection);
  sender.send(Buffer.from("relayed"));
  connection.nominated = pairOf("stun");
  sender.send(Buffer.from("direct"));
  connection.nominated = pairOf("turn");
  sender.send(Buffer.from("relayed again"));
  expect([await arrived(), connection.ownWay]).toEqual([["direct"], ["relayed", "relayed again"]]);
});

test("nothing goes without the other side's consent, or after the end", async () => {
  const pair = pairOf("stun");
  const connection = new Connection(pair);
  const sender = senderOn(connection);
  connection.isConsented = false;
  sender.send(Buffer.from("unwanted"));
  connection.isConsented = true;
  pair.protocol.transport.closed = true;
  sender.send(Buffer.from("closed"));
  expect([await arrived(), pair.packetsSent]).toEqual([[], 0]);
});

test("a socket that is closed loses the packet", async () => {
  const pair = pairOf("stun");
  const sender = senderOn(new Connection(pair));
  const other = createSocket("udp4");
  other.close();
  pair.protocol.transport.socket = other;
  expect(() => sender.send(Buffer.from("x"))).not.toThrow();
  expect(pair.packetsSent).toBe(0);
});
