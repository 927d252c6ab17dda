import dns from "node:dns/promises";
import { firstAddress } from "../config";
import type { Kind } from "../media/packet";
import { Track } from "../media/track";
import { clientPeer } from "../testing/peers";
import { until } from "../testing/until";
import { Peer, type PeerEvents } from "./peer";

const SILENT: PeerEvents = {
  candidate: () => undefined,
  gathered: () => undefined,
  ice: () => undefined,
  connected: () => undefined,
  disconnected: () => undefined,
  heard: () => undefined,
  outboundFlow: () => undefined,
  unsupported: () => undefined,
};

const closers: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(closers.map((close) => close())));

test("no name is looked up, and no public STUN server asked, where none is configured", async () => {
  const lookUp = jest.spyOn(dns, "lookup");
  const address = firstAddress()!;
  const [audio, video] = (["audio", "video"] as Kind[]).map((kind) => new Track({ kind })) as [Track, Track];
  const candidates: string[] = [];
  let isGathered = false;
  const events = { ...SILENT, candidate: (text: string) => candidates.push(text), gathered: () => (isGathered = true) };
  const peer = new Peer({ address, minPort: 41_090, maxPort: 41_099 }, { audio, video }, events);
  const client = clientPeer(address);
  closers.push(
    () => peer.close(),
    () => client.close(),
  );
  client.addTransceiver("video", { direction: "recvonly" });
  await peer.answer((await client.createOffer()).sdp);
  await until(() => (isGathered ? null : "still gathering"));
  expect(candidates.map((text) => text.split(" ").slice(4, 8))).toEqual([[address, expect.stringMatching(/^4109\d$/), "typ", "host"]]);
  expect(lookUp.mock.calls).toEqual([]);
});
