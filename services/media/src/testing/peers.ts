import {
  GenericNack,
  MediaStreamTrack,
  PictureLossIndication,
  RTCPeerConnection,
  RtcpPayloadSpecificFeedback,
  RtcpTransportLayerFeedback,
  RtpHeader,
  RtpPacket,
  useH264,
  useOPUS,
  useVP8,
} from "werift";

const VIDEO = () => ({ VP8: useVP8({ payloadType: 97 }), H264: useH264({ payloadType: 98 }) });

/** A WebRTC client made of werift, on one address of this machine. It sends the first of its codecs. */
export function clientPeer(address: string, video: ("VP8" | "H264")[] = ["VP8", "H264"]): RTCPeerConnection {
  return new RTCPeerConnection({
    codecs: { audio: [useOPUS({ payloadType: 111 })], video: video.map((name) => VIDEO()[name]) },
    bundlePolicy: "max-bundle",
    iceServers: [],
    iceUseIpv6: false,
    iceInterfaceAddresses: { udp4: address },
  });
}

/** VP8 payloads: a key frame or a delta frame of one packet, with a number that the test finds again. */
export function vp8Payload(isKeyFrame: boolean, number: number): Buffer {
  const payload = Buffer.alloc(20);
  payload[0] = 0x10;
  payload[1] = isKeyFrame ? 0x10 : 0x11;
  payload.set([0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00], 4);
  payload.writeUInt32BE(number, 12);
  return payload;
}

/** -1 where there is none. */
export const vp8Number = (payload: Buffer): number => (payload.length < 16 ? -1 : payload.readUInt32BE(12));

/** Publishes numbered pictures, 50 a second; a key frame first and whenever it is asked for one. */
export class Publisher {
  readonly pc: RTCPeerConnection;
  sent = 0;
  keyFrames = 0;
  readonly feedback: number[] = [];
  /** Each so many pictures one is a key frame without being asked for. */
  keyEvery = Infinity;
  private readonly track = new MediaStreamTrack({ kind: "video" });
  private wantsKey = true;
  private timer?: NodeJS.Timeout;
  private sequenceNumber = 65_500;

  constructor(address: string) {
    this.pc = clientPeer(address);
    const sender = this.pc.addTransceiver(this.track, { direction: "sendonly" }).sender;
    sender.onRtcp.subscribe((packet) => {
      if (!(packet instanceof RtcpPayloadSpecificFeedback)) return;
      this.feedback.push(packet.feedback.count);
      if (packet.feedback.count === PictureLossIndication.count) this.wantsKey = true;
    });
  }

  start(): void {
    this.timer = setInterval(() => this.sendPicture(), 20);
  }

  pause(): void {
    clearInterval(this.timer);
  }

  /** Also for whoever sends packets of the same stream around it. */
  nextSequenceNumber(): number {
    return (this.sequenceNumber = (this.sequenceNumber + 1) & 0xffff);
  }

  /** Sequence numbers that the network lost. */
  lose(count: number): void {
    this.sequenceNumber = (this.sequenceNumber + count) & 0xffff;
  }

  private sendPicture(): void {
    const isKeyFrame = this.wantsKey || this.sent % this.keyEvery === 0;
    this.wantsKey = false;
    this.keyFrames += isKeyFrame ? 1 : 0;
    const sequenceNumber = this.nextSequenceNumber();
    const header = new RtpHeader({ sequenceNumber, timestamp: (this.sent * 1800) >>> 0, marker: true, payloadType: 97 });
    this.track.writeRtp(new RtpPacket(header, vp8Payload(isKeyFrame, this.sent++)));
  }

  async close(): Promise<void> {
    this.pause();
    await this.pc.close();
  }
}

/** Receives numbered pictures. */
export class Viewer {
  readonly pc: RTCPeerConnection;
  readonly numbers: number[] = [];
  readonly headers: RtpHeader[] = [];
  readonly payloads: Buffer[] = [];
  /** Pictures that came a second time. */
  readonly retransmitted: { sequenceNumber: number; number: number }[] = [];
  private readonly known = new Set<number>();

  /** `kinds`: what it offers to receive; none where the server offers. */
  constructor(address: string, kinds: ("audio" | "video")[] = ["video"]) {
    this.pc = clientPeer(address);
    for (const kind of kinds) this.pc.addTransceiver(kind, { direction: "recvonly" });
    this.pc.onTrack.subscribe((track) =>
      track.onReceiveRtp.subscribe(({ header, payload }) => {
        const { sequenceNumber } = header;
        if (this.known.size === this.known.add(sequenceNumber).size) {
          return void this.retransmitted.push({ sequenceNumber, number: vp8Number(payload) });
        }
        this.headers.push(header);
        this.payloads.push(payload);
        this.numbers.push(vp8Number(payload));
      }),
    );
  }

  /** A generic NACK (RFC 4585, 6.2.1). */
  async askAgain(ssrc: number, ...lost: number[]): Promise<void> {
    const nack = new GenericNack({ senderSsrc: this.pc.getReceivers()[0]!.rtcpSsrc, mediaSourceSsrc: ssrc, lost });
    await this.pc.dtlsTransports[0]!.sendRtcp([new RtcpTransportLayerFeedback({ feedback: nack })]);
  }

  async askKeyFrame(): Promise<void> {
    const receiver = this.pc.getReceivers()[0]!;
    await receiver.sendRtcpPLI(receiver.tracks[0]!.ssrc!);
  }

  async close(): Promise<void> {
    await this.pc.close();
  }
}
