import { UserError } from "@barecast/site";
import type { Candidate, ServerMessage } from "@barecast/signaling/messages";
import { until } from "@barecast/waiting";
import { MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket, useVP8 } from "werift";
import { FrameReader, loadClip, payloadsOf, stampOf } from "./clip";
import { Refused, signIn, Wire, type Endpoint } from "./wire";

/** What came back of the clip. */
export interface StreamVerified {
  /** Different frames of the clip that a viewer got back whole. */
  readonly frames: number;
  /** Milliseconds from asking to view to the first whole frame. */
  readonly firstFrameMs: number;
}

const frameMs = 1000 / 15;
/** So many frames prove that video flows: two seconds of the clip. */
const wantedFrames = 30;

/**
 * Signs in, publishes the stamped clip, views it on a second connection, and compares what comes back frame by frame. A site that says that it is
 * busy, or that it has no media server yet, is asked again.
 * @throws UserError `verify.session` when sign-in is refused, `verify.stream` when not enough frames come back; both within `withinMs`, with
 *   what was last seen.
 */
export async function verifyStream(
  endpoint: Endpoint,
  account: { username: string; password: string },
  { withinMs = 60_000, signal }: { withinMs?: number; signal?: AbortSignal } = {},
): Promise<StreamVerified> {
  const endMs = Date.now() + withinMs;
  const cookie = await signIn(endpoint, account.username, account.password, { withinMs, signal });
  const peers = new Map<string, RTCPeerConnection>();
  const wire = await Wire.open(endpoint, cookie, (message) => void take(message, peers));
  const [publisher, viewer] = [newPeer("publisher", wire, peers), newPeer("viewer", wire, peers)];
  const track = new MediaStreamTrack({ kind: "video" });
  const clip = loadClip();
  let timer: NodeJS.Timeout | undefined;
  let last = "nothing was negotiated";
  const converse = async () => {
    await wire.ask({ type: "authenticate" }, "authenticated");
    publisher.addTransceiver(track, { direction: "sendonly" });
    await publisher.setLocalDescription(await publisher.createOffer());
    const published = await publish(
      wire,
      publisher.localDescription!.sdp,
      { withinMs: endMs - Date.now(), signal },
      (text) => (last = text),
    );
    last = "published, but not viewed";
    await publisher.setRemoteDescription({ type: "answer", sdp: published.answer });
    timer = send(clip, track);
    const result = watch(viewer, clip, Date.now(), (text) => (last = text));
    viewer.addTransceiver("video", { direction: "recvonly" });
    await viewer.setLocalDescription(await viewer.createOffer());
    const viewing = await wire.ask(
      { type: "view", connectionId: "viewer", streamId: published.streamId, offer: viewer.localDescription!.sdp },
      "answer",
    );
    last = "negotiated, but no frame came";
    await viewer.setRemoteDescription({ type: "answer", sdp: viewing.answer });
    return result;
  };
  const reason = () =>
    `No moving video within ${withinMs / 1000} s: ${last}; publisher ${publisher.connectionState}, viewer ${viewer.connectionState}`;
  try {
    return await within(converse(), { withinMs: endMs - Date.now(), signal }, reason);
  } finally {
    clearInterval(timer);
    wire.close();
    await Promise.all([publisher.close(), viewer.close()]);
  }
}

/**
 * A signaling server looks for a media server that has just begun every few seconds: until it has found one, it is asked again.
 * @param tell what it said
 */
async function publish(wire: Wire, offer: string, patience: { withinMs: number; signal?: AbortSignal }, tell: (text: string) => void) {
  let answer: Extract<ServerMessage, { type: "answer" }> | undefined;
  const ask = async () => {
    try {
      answer = await wire.ask({ type: "publish", connectionId: "publisher", title: "barecast verify", offer, isRecorded: false }, "answer");
      return null;
    } catch (error) {
      if (!(error instanceof Refused) || error.reason !== "mediaUnavailable") throw error;
      tell(error.message);
      return error.message;
    }
  };
  await until(ask, { ...patience, everyMs: 500 });
  return answer!;
}

function newPeer(connectionId: string, wire: Wire, peers: Map<string, RTCPeerConnection>): RTCPeerConnection {
  const peer = new RTCPeerConnection({
    iceServers: [],
    codecs: { video: [useVP8()], audio: [] },
    bundlePolicy: "max-bundle",
    iceUseIpv6: false,
  });
  peer.onIceCandidate.subscribe((candidate) =>
    wire.send({ type: "candidate", connectionId, candidate: candidate ? (candidate.toJSON() as Candidate) : null }),
  );
  peers.set(connectionId, peer);
  return peer;
}

async function take(message: ServerMessage, peers: Map<string, RTCPeerConnection>): Promise<void> {
  if (message.type !== "candidate" || message.candidate === null) return;
  await peers.get(message.connectionId)?.addIceCandidate({
    candidate: message.candidate.candidate,
    sdpMid: message.candidate.sdpMid ?? undefined,
    sdpMLineIndex: message.candidate.sdpMLineIndex ?? undefined,
  });
}

/** Sends the clip again and again, a frame each 1/15 s. */
function send(clip: readonly Buffer[], track: MediaStreamTrack): NodeJS.Timeout {
  let frame = 0;
  let sequenceNumber = 1;
  return setInterval(() => {
    const payloads = payloadsOf(clip[frame % clip.length]!);
    payloads.forEach((payload, index) => {
      const header = new RtpHeader({
        sequenceNumber: sequenceNumber & 0xffff,
        timestamp: frame * 6000,
        marker: index === payloads.length - 1,
        payloadType: 96,
        ssrc: 1,
      });
      track.writeRtp(new RtpPacket(header, payload));
      sequenceNumber += 1;
    });
    frame += 1;
  }, frameMs);
}

function watch(viewer: RTCPeerConnection, clip: readonly Buffer[], began: number, tell: (text: string) => void): Promise<StreamVerified> {
  const stamps = new Set(clip.map(stampOf));
  const seen = new Set<string>();
  let firstFrameMs = 0;
  return new Promise((resolve) => {
    const reader = new FrameReader((frame) => {
      const stamp = stampOf(frame);
      if (!stamps.has(stamp)) return tell(`a frame of ${frame.length} bytes came that was not sent`);
      if (seen.size === 0) firstFrameMs = Date.now() - began;
      seen.add(stamp);
      tell(`${seen.size} of ${wantedFrames} frames came`);
      if (seen.size >= wantedFrames) resolve({ frames: seen.size, firstFrameMs });
    });
    viewer.onTrack.subscribe((track) => track.onReceiveRtp.subscribe((packet) => reader.push(packet.header, packet.payload)));
  });
}

function within<T>(work: Promise<T>, { withinMs, signal }: { withinMs: number; signal?: AbortSignal }, reason: () => string): Promise<T> {
  let timer: NodeJS.Timeout;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UserError("verify.stream", reason(), 5)), withinMs);
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([work, ended]).finally(() => clearTimeout(timer));
}
