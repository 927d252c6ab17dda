import { randomInt, randomUUID } from "node:crypto";
import { isIPv4 } from "node:net";
import { KurentoError } from "../errors";
import type { Kind } from "../media/packet";
import { RtpLane } from "../media/rtpLane";
import { openRtpPort } from "../media/rtpPort";
import { parseRtpSdp, RTP_FORMATS, type RtpSection, writeRtpSdp } from "../media/rtpSdp";
import type { Track } from "../media/track";
import type { Params } from "../protocol";
import { BaseRtpEndpoint } from "./baseRtpEndpoint";
import type { Context, MediaObject } from "./mediaObject";
import { endpointStats, inboundStats, outboundStats } from "./rtpStats";

const KINDS: Kind[] = ["audio", "video"];

/** Plain RTP to another server: how streams fan out over several nodes. */
export class RtpEndpoint extends BaseRtpEndpoint {
  private readonly lanes = new Map<string, RtpLane>();
  private readonly inputs: Partial<Record<Kind, Track>> = {};
  private readonly sessionNumber = randomInt(1, 0xffff_ffff);
  private readonly statId = randomUUID();

  constructor(context: Context, parent: MediaObject) {
    super("RtpEndpoint", context, parent);
  }

  protected override get keyFrameSource() {
    return (kind: Kind) => this.laneOf(kind)?.requestKeyFrame();
  }

  private laneOf(kind: Kind): RtpLane | undefined {
    return [...this.lanes.values()].find(({ local }) => local.kind === kind);
  }

  protected override async answer(offer: string): Promise<string> {
    const remote = this.parse(offer);
    const local: RtpSection[] = [];
    for (const section of remote) {
      const formats = section.formats.filter(({ name }) => RTP_FORMATS[section.kind].some((known) => known.name === name));
      const isTaken = section.port > 0 && formats.length > 0 && !this.laneOf(section.kind);
      local.push(
        isTaken
          ? await this.openLane(section.kind, section.mid, formats, answerTo(section.direction))
          : { ...section, port: 0, rtcpPort: 0 },
      );
    }
    this.connectLanes(remote);
    return this.write(local, "active");
  }

  protected override async offer(options: Params): Promise<string> {
    const wanted = KINDS.filter((kind) => options[kind === "audio" ? "offerToReceiveAudio" : "offerToReceiveVideo"] !== false);
    const local: RtpSection[] = [];
    for (const kind of wanted) local.push(await this.openLane(kind, `${kind}0`, RTP_FORMATS[kind], "sendrecv"));
    return this.write(local, "actpass");
  }

  protected override async accept(answer: string): Promise<void> {
    this.connectLanes(this.parse(answer));
  }

  private parse(sdp: string): RtpSection[] {
    const sections = parseRtpSdp(sdp);
    if (!sections || sections.some(({ port, address }) => port > 0 && !isIPv4(address)))
      throw new KurentoError("SDP_PARSE_ERROR", "Invalid SDP");
    return sections;
  }

  private write(local: RtpSection[], setup: "actpass" | "active"): string {
    return writeRtpSdp(this.context.config.mediaAddress, local, setup, this.sessionNumber);
  }

  private async openLane(kind: Kind, mid: string, formats: RtpSection["formats"], direction: RtpSection["direction"]): Promise<RtpSection> {
    const { mediaAddress, minPort, maxPort } = this.context.config;
    const port = await openRtpPort(mediaAddress, minPort, maxPort);
    if (!port) throw new KurentoError("NOT_ENOUGH_RESOURCES", `No free UDP port pair on ${mediaAddress} from ${minPort} to ${maxPort}`);
    const section: RtpSection = { kind, mid, port: port.port, rtcpPort: port.port + 1, address: mediaAddress, formats, direction };
    const events = { heard: () => this.heard(), flow: (isFlowing: boolean) => this.onInputFlow(kind, isFlowing) };
    const lane = new RtpLane(section, port, this.outputs[kind], events);
    this.lanes.set(mid, lane);
    return Object.assign(section, { ssrc: lane.ssrc });
  }

  private connectLanes(remote: RtpSection[]): void {
    for (const section of remote) {
      const lane = this.lanes.get(section.mid);
      if (!lane || section.port === 0) continue;
      lane.connect(section);
      lane.setInput(this.inputs[section.kind]);
    }
    this.setConnectionState("CONNECTED");
  }

  protected override setInput(kind: Kind, track: Track | undefined): void {
    this.inputs[kind] = track;
    this.laneOf(kind)?.setInput(track);
  }

  override stats(kinds: Kind[]): Record<string, Params> {
    const entries: Params[] = [endpointStats(this.id, kinds)];
    const none = { packetsLost: 0, fractionLost: 0, nackCount: 0, pliCount: 0 };
    for (const kind of kinds) {
      const lane = this.laneOf(kind);
      if (lane?.packetsIn) {
        const { packetsIn: packets, bytesIn: bytes, ssrc } = lane;
        entries.push(inboundStats({ ...none, id: `${this.statId}-in-${kind}`, kind, ssrc, packets, bytes, jitter: 0, remb: 0 }));
      }
      if (lane?.flow.packets) {
        const { packets, bytes } = lane.flow;
        entries.push(outboundStats({ ...none, id: `${this.statId}-out-${kind}`, kind, ssrc: lane.ssrc, packets, bytes, roundTripTime: 0 }));
      }
    }
    return Object.fromEntries(entries.map((entry) => [entry["id"] as string, entry]));
  }

  protected override async dispose(): Promise<void> {
    await super.dispose();
    for (const lane of this.lanes.values()) lane.close();
  }
}

const answerTo = (direction: RtpSection["direction"]): RtpSection["direction"] =>
  direction === "sendonly" ? "recvonly" : direction === "recvonly" ? "sendonly" : direction;
