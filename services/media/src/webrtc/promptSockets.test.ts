import dgram, { type Socket } from "node:dgram";
import { once } from "node:events";
import { makeSocketsPrompt } from "./promptSockets";

const { createSocket } = dgram;
afterAll(() => (dgram.createSocket = createSocket));

let sockets: Socket[];
beforeEach(() => (sockets = []));
afterEach(() => sockets.forEach((socket) => socket.close()));

async function bound(address: string): Promise<Socket> {
  const socket = dgram.createSocket("udp4");
  sockets.push(socket);
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

/** How many datagrams the socket sent before the turn in which they were given to it ended. */
function sentAtOnce(socket: Socket, port: number, host: string): number {
  let isTurnOver = false;
  let count = 0;
  process.nextTick(() => (isTurnOver = true));
  const datagram = Buffer.from("one");
  const { send } = Object.getPrototypeOf(handleOf(socket)) as { send: (...args: unknown[]) => unknown };
  handleOf(socket)["send"] = function (this: unknown, ...args: unknown[]) {
    if (!isTurnOver) count++;
    return Reflect.apply(send, this, args);
  };
  socket.send(datagram, port, host);
  return count;
}
/** Node's own part of a socket: what gives datagrams to the kernel. */
function handleOf(socket: Socket): Record<string, unknown> {
  const [state] = Object.getOwnPropertySymbols(socket).filter((symbol) => String(symbol) === "Symbol(state symbol)");
  return (socket as unknown as Record<symbol, { handle: Record<string, unknown> }>)[state!]!.handle;
}

test("a datagram to an address goes in the turn in which it is sent; to a name, in a later one; all arrive", async () => {
  const receiver = await bound("127.0.0.1");
  const { port } = receiver.address();
  const three = new Promise<void>((resolve) => {
    let left = 3;
    receiver.on("message", () => --left === 0 && resolve());
  });
  expect(sentAtOnce(await bound("127.0.0.1"), port, "127.0.0.1")).toBe(0);
  makeSocketsPrompt();
  makeSocketsPrompt();
  expect(sentAtOnce(await bound("127.0.0.1"), port, "127.0.0.1")).toBe(1);
  expect(sentAtOnce(await bound("127.0.0.1"), port, "localhost")).toBe(0);
  await three;
});

test("listening comes after bind has returned; what is sent before it goes then", async () => {
  makeSocketsPrompt();
  const receiver = await bound("127.0.0.1");
  const come = once(receiver, "message") as Promise<[Buffer]>;
  const socket = dgram.createSocket({ type: "udp4" });
  sockets.push(socket);
  let isBinding = true;
  const listened = new Promise<boolean>((resolve) => socket.once("listening", () => resolve(isBinding)));
  socket.bind(0, "127.0.0.1");
  socket.send("early", receiver.address().port, "127.0.0.1");
  isBinding = false;
  expect(await listened).toBe(false);
  expect(String((await come)[0])).toBe("early");
});

test("an address of the other family is the sender's error, as before", async () => {
  makeSocketsPrompt();
  const socket = await bound("127.0.0.1");
  const told = new Promise<Error | null>((resolve) => socket.send("x", 9, "::1", resolve));
  expect(await told).toMatchObject({ code: expect.stringMatching(/^(EINVAL|ENOTFOUND|EAFNOSUPPORT)$/) as string });
});
