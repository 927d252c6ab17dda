import { createServer, type AddressInfo } from "node:net";
import { until } from "../testing/client";
import { closeAfterEach } from "../testing/closing";
import { startWireDouble } from "../testing/wireDouble";
import { reachHost, startProbe } from "./probe";

const closeAtEnd = closeAfterEach();
const times = { intervalMs: 10, doubtMs: 50, timeoutMs: 60_000 };

/** Probes a server that then falls silent. @returns what was told of it */
async function silenced(reach: (url: string) => Promise<void>): Promise<[string, boolean][]> {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const told: [string, boolean][] = [];
  const probe = startProbe(media.url, times, (reason, isUnreachable) => told.push([reason, isUnreachable]), reach);
  closeAtEnd(() => probe.close());
  media.fallSilent();
  return told;
}

test("a server that is silent, on a host that does not answer either, is gone long before its time is over", async () => {
  const told = await silenced(() => Promise.reject(new Error("10.0.0.9 did not answer")));
  await until(() => (told.length > 0 ? null : "nothing was told"));
  expect(told).toEqual([["10.0.0.9 did not answer", true]]);
});

test("a server that is silent, on a host that answers, may be busy: it has its time", async () => {
  let asked = 0;
  const told = await silenced(async () => void asked++);
  await until(() => (asked > 0 ? null : "not asked"));
  expect(told).toEqual([]);
});

test("a server that answers late is not gone, whatever is heard of its host then", async () => {
  const media = await startWireDouble();
  closeAtEnd(() => media.close());
  const told: string[] = [];
  let refuse: (() => void) | undefined;
  // A doubt at once: the answer comes between it and what is heard of the host.
  const reach = () => new Promise<void>((_resolve, reject) => (refuse ??= () => reject(new Error("refused"))));
  const probe = startProbe(media.url, { ...times, doubtMs: 0 }, (reason) => told.push(reason), reach);
  closeAtEnd(() => probe.close());
  await until(() => (refuse ? null : "no doubt yet"));
  const before = media.pings();
  await until(() => (media.pings() > before + 2 ? null : `${media.pings()} pings`));
  refuse!();
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([]);
});

test("a server that ends is told of once", async () => {
  const media = await startWireDouble();
  const told: [string, boolean][] = [];
  const probe = startProbe(media.url, times, (reason, isUnreachable) => told.push([reason, isUnreachable]));
  closeAtEnd(() => probe.close());
  await until(() => (media.pings() > 0 ? null : "no ping yet"));
  await media.close();
  await until(() => (told.length > 0 ? null : "nothing was told"));
  expect(told).toEqual([["the connection was closed", false]]);
});

test("a host that answered while this process had no time is there", async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeAtEnd(() => new Promise((resolve) => server.close(resolve)));
  // From here on timers are looked at before sockets are.
  await new Promise(setImmediate);
  const reached = reachHost(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/kurento`, 100);
  await new Promise(process.nextTick); // the connection is asked for; the kernel answers it by itself
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  await expect(reached).resolves.toBeUndefined();
});
