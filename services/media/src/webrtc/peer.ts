import { RTCPeerConnection, type RTCDtlsTransport, type RTCIceCandidate, type RTCIceCandidateInit, type RTCRtpTransceiver } from "werift";
import type { Kind } from "../media/packet";
import type { Track } from "../media/track";
import { endHandshake, forgetPublicStun, guardDtls, guardStun } from "./harden";
import { countRollovers, prepareSessionKeys } from "./hardenSrtp";
import { Inbound } from "./inbound";
import { trimDescription, withoutCandidates } from "./offer";
import { Outbound } from "./outbound";
import { peerConfig, type PeerOptions } from "./peerConfig";

export interface PeerEvents {
  candidate(candidate: string): void;
  gathered(): void;
  ice(state: "checking" | "connected" | "completed" | "disconnected" | "failed" | "closed" | "new"): void;
  connected(): void;
  disconnected(): void;
  /** Any authenticated RTP or RTCP came in. */
  heard(): void;
  outboundFlow(kind: Kind, isFlowing: boolean): void;
  unsupported(kind: Kind, codec: string): void;
}

/** One WebRTC connection: negotiation, ICE and DTLS by werift; the media path is ours. */
export class Peer {
  readonly inbound = new Map<Kind, Inbound>();
  readonly outbound = new Map<Kind, Outbound>();
  private readonly pc: RTCPeerConnection;
  private isConnected = false;
  private isClosed = false;

  constructor(
    private readonly options: PeerOptions,
    private readonly tracks: Record<Kind, Track>,
    private readonly events: PeerEvents,
  ) {
    this.pc = new RTCPeerConnection(peerConfig(options));
    this.pc.onIceCandidate.subscribe((candidate) => this.onCandidate(candidate));
    this.pc.iceGatheringStateChange.subscribe((state) => state === "complete" && this.events.gathered());
    this.pc.connectionStateChange.subscribe((state) => this.onState(state));
  }

  /** @returns the answer without candidates. @throws what werift says when nothing in the offer can be negotiated. */
  async answer(offer: string): Promise<string> {
    await this.pc.setRemoteDescription({ type: "offer", sdp: trimDescription(offer) });
    for (const transceiver of this.pc.getTransceivers()) transceiver.setDirection("sendrecv");
    const answer = await this.pc.createAnswer();
    this.watchTransport();
    await this.pc.setLocalDescription(answer);
    this.attachTransceivers();
    return withoutCandidates(answer.sdp);
  }

  async offer(kinds: Kind[], direction: "sendrecv" | "sendonly" | "recvonly"): Promise<string> {
    for (const kind of kinds) this.pc.addTransceiver(kind, { direction });
    const offer = await this.pc.createOffer();
    this.watchTransport();
    await this.pc.setLocalDescription(offer);
    return withoutCandidates(offer.sdp);
  }

  async accept(answer: string): Promise<void> {
    await this.pc.setRemoteDescription({ type: "answer", sdp: trimDescription(answer) });
    this.attachTransceivers();
  }

  /** A candidate that can't be read is no error to a real server either: it is left out. */
  async addCandidate(candidate: RTCIceCandidateInit): Promise<boolean> {
    try {
      await this.pc.addIceCandidate(candidate);
      return true;
    } catch {
      return false;
    }
  }

  get dtls(): RTCDtlsTransport | undefined {
    return this.pc.dtlsTransports[0];
  }

  selectedPair(): { local: string; remote: string } | undefined {
    const pair = this.dtls?.iceTransport.getSelectedCandidatePair();
    return pair ? { local: withPrefix(pair.local.candidate), remote: withPrefix(pair.remote.candidate) } : undefined;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const way of this.inbound.values()) way.close();
    for (const way of this.outbound.values()) way.close();
    this.pc.dtlsTransports.forEach(endHandshake);
    await this.pc.close();
  }

  private watchTransport(): void {
    for (const dtls of this.pc.dtlsTransports) {
      if (!this.options.stun) forgetPublicStun(dtls);
      guardStun(dtls);
      dtls.iceTransport.onStateChange.subscribe((state) => this.events.ice(state));
      dtls.onStateChange.subscribe((state) => {
        // Without a goodbye, consent (RFC 7675) ends after 30 s.
        if (state === "connecting") guardDtls(dtls, () => this.onState("closed"));
        if (state === "connected") this.onConnected(dtls);
      });
    }
  }

  private onConnected(dtls: RTCDtlsTransport): void {
    prepareSessionKeys(dtls);
    countRollovers(dtls);
    dtls.onRtcp.subscribe(() => this.events.heard());
    this.isConnected = true;
    this.events.connected();
    for (const way of this.inbound.values()) way.start();
    for (const way of this.outbound.values()) way.start();
  }

  private onState(state: string): void {
    if (this.isClosed || !["disconnected", "failed", "closed"].includes(state)) return;
    this.isConnected = false;
    this.events.disconnected();
  }

  private onCandidate(candidate: RTCIceCandidate | undefined): void {
    if (candidate?.candidate) this.events.candidate(withPrefix(candidate.candidate));
  }

  private attachTransceivers(): void {
    for (const transceiver of this.pc.getTransceivers()) {
      const kind = transceiver.kind as Kind;
      const direction = transceiver.currentDirection ?? "inactive";
      if (direction.startsWith("send")) this.attachOutbound(kind, transceiver);
      if (direction === "sendrecv" || direction === "recvonly") this.attachInbound(kind, transceiver);
    }
  }

  private attachInbound(kind: Kind, transceiver: RTCRtpTransceiver): void {
    const remote = transceiver.receiver.tracks[0];
    if (!remote || this.inbound.has(kind)) return;
    const way = new Inbound(this.tracks[kind], remote, transceiver.receiver, transceiver.dtlsTransport, transceiver.codecs);
    this.inbound.set(kind, way);
    if (this.isConnected) way.start();
  }

  private attachOutbound(kind: Kind, transceiver: RTCRtpTransceiver): void {
    if (this.outbound.has(kind)) return;
    const onFlow = (isFlowing: boolean) => this.events.outboundFlow(kind, isFlowing);
    const onUnsupported = (codec: string) => this.events.unsupported(kind, codec);
    const way = new Outbound(kind, transceiver.sender, transceiver.dtlsTransport, onFlow, onUnsupported);
    this.outbound.set(kind, way);
    if (this.isConnected) way.start();
  }
}

/** The candidate as SDP's attribute names it (RFC 8839, 5.1); werift leaves the prefix out here and there. */
const withPrefix = (candidate: string) => `candidate:${candidate.replace(/^candidate:/, "")}`;
