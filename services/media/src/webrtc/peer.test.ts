import { createSocket } from "node:dgram";
import dns from "node:dns/promises";
import { once } from "node:events";
import { firstAddress } from "../config";
import type { Kind } from "../media/packet";
import { Track } from "../media/track";
import { signedStun, stunAttribute, uint32 } from "../testing/bytes";
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

/** A peer of the server, a client that has offered to receive video, and the server's candidates. */
async function meet(events: Partial<PeerEvents> = {}) {
  const address = firstAddress()!;
  const [audio, video] = (["audio", "video"] as Kind[]).map((kind) => new Track({ kind })) as [Track, Track];
  const candidates: string[] = [];
  const own = { ...SILENT, candidate: (text: string) => candidates.push(text), ...events };
  const peer = new Peer({ address, firstPort: 41_090, maxPort: 41_099 }, { audio, video }, own);
  const client = clientPeer(address);
  closers.push(
    () => peer.close(),
    () => client.close(),
  );
  client.addTransceiver("video", { direction: "recvonly" });
  const offer = await client.createOffer();
  const answer = await peer.answer(offer.sdp);
  return { address, peer, client, offer, answer, candidates };
}

test("no name is looked up, and no public STUN server asked, where none is configured", async () => {
  const lookUp = jest.spyOn(dns, "lookup");
  let isGathered = false;
  const { address, candidates } = await meet({ gathered: () => (isGathered = true) });
  await until(() => (isGathered ? null : "still gathering"));
  expect(candidates.map((text) => text.split(" ").slice(4, 8))).toEqual([[address, expect.stringMatching(/^4109\d$/), "typ", "host"]]);
  expect(lookUp.mock.calls).toEqual([]);
});

test("a client that says everything twice, as a slow one does, is connected", async () => {
  let isConnected = false;
  const { peer, client, offer, answer, candidates } = await meet({ connected: () => (isConnected = true) });
  client.onIceCandidate.subscribe((candidate) => candidate && void peer.addCandidate(candidate));
  await client.setLocalDescription(offer);
  const { connection } = client.dtlsTransports[0]!.iceTransport;
  const send = connection.send;
  connection.send = async (datagram) => {
    await send(datagram);
    await send(datagram);
  };
  await client.setRemoteDescription({ type: "answer", sdp: answer });
  for (const candidate of candidates) await client.addIceCandidate({ candidate, sdpMid: "0", sdpMLineIndex: 0 });
  await until(() => (isConnected ? null : `the server's side is ${peer.dtls?.state}, the client's ${client.connectionState}`));
});

const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;

/** Attributes of a controlling client's check that chooses the pair (RFC 8445, 7.1). */
const checkFrom = (username: string) =>
  Buffer.concat([
    stunAttribute(0x0006, Buffer.from(username)),
    stunAttribute(0x0024, uint32(0x6e0001ff)),
    stunAttribute(0x802a, Buffer.alloc(8, 0xff)),
    stunAttribute(0x0025, Buffer.alloc(0)),
  ]);

test("only who knows the password is answered, and then sent checks", async () => {
  let isGathered = false;
  const { address, answer, candidates } = await meet({ gathered: () => (isGathered = true) });
  await until(() => (isGathered ? null : "still gathering"));
  const valueOf = (name: string) => new RegExp(`a=${name}:(\\S+)`).exec(answer)![1]!;
  const [ufrag, password] = [valueOf("ice-ufrag"), valueOf("ice-pwd")];
  const check = checkFrom(`${ufrag}:client`);
  const signed = () => signedStun(BINDING_REQUEST, check, password);
  const unsigned = Buffer.from(signed().subarray(0, -24));
  unsigned.writeUInt16BE(unsigned.length - 20, 2);
  const extended = Buffer.concat([signed(), stunAttribute(0x0025, Buffer.alloc(0))]);
  extended.writeUInt16BE(extended.length - 20, 2);
  const others = [
    ...[unsigned, extended, signedStun(BINDING_REQUEST, check, "another password"), signedStun(BINDING_REQUEST, check, "")],
    ...["other:client", "constructor:client", ""].map((name) => signedStun(BINDING_REQUEST, checkFrom(name), password)),
  ];
  const stranger = createSocket("udp4").bind(0, address);
  closers.push(async () => void stranger.close());
  await once(stranger, "listening");
  const right = signed();
  for (const message of [...others, right]) stranger.send(message, Number(candidates[0]!.split(" ")[5]), address);
  const [first] = (await once(stranger, "message")) as [Buffer];
  expect([first.readUInt16BE(0), first.subarray(8, 20)]).toEqual([BINDING_SUCCESS, right.subarray(8, 20)]);
});
