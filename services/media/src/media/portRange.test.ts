import type { Socket } from "node:dgram";
import { PortRange } from "./portRange";
import { bind } from "./udpSocket";

const [address, min, max] = ["127.0.0.1", 41_280, 41_283] as const;
const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.close()));

const take = async (port: number) => sockets.push((await bind(address, port))!);

test("ports are given in turn, taken ones are left out, and none is none", async () => {
  const range = new PortRange(address, min, max);
  expect([await range.next(), await range.next()]).toEqual([min, min + 1]);
  expect((await Promise.all([range.next(), range.next()])).toSorted()).toEqual([min + 2, max]);
  await Promise.all([take(min), take(min + 1)]);
  expect([await range.next(), await range.next(), await range.next()]).toEqual([min + 2, max, min + 2]);
  await Promise.all([take(min + 2), take(max)]);
  expect(await range.next()).toBeUndefined();
});
