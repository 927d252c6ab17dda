import { Socket } from "node:dgram";
import { isIP } from "node:net";
import type { RTCIceTransport } from "werift";

interface Pair {
  protocol: { type: string; transport?: { closed: boolean; socket: unknown } };
  remoteAddr: readonly [string, number];
  packetsSent: number;
  bytesSent: number;
}
interface Connection {
  nominated?: Pair;
  canSendApplicationData(): boolean;
  send(datagram: Buffer): Promise<void>;
}

/** Sends datagrams on the pair that ICE chose, as werift's connection does, less the three promises that it makes for each. */
export class IceSender {
  private pair?: Pair;
  /** Of the pair, where it is plain UDP to an address. */
  private direct?: { transport: { closed: boolean }; socket: Socket; address: string; port: number };

  constructor(private readonly ice: RTCIceTransport) {}

  send(datagram: Buffer): void {
    const connection = this.ice.connection as unknown as Connection;
    const { nominated } = connection;
    if (nominated !== this.pair) this.use(nominated);
    if (!nominated || !this.direct) return void connection.send(datagram).catch(ignoreLoss);
    // RFC 7675: not without the other side's consent.
    if (!connection.canSendApplicationData() || this.direct.transport.closed) return;
    const { socket, address, port } = this.direct;
    try {
      socket.send(datagram, port, address);
    } catch {
      return;
    }
    nominated.packetsSent++;
    nominated.bytesSent += datagram.length;
  }

  private use(pair: Pair | undefined): void {
    this.pair = pair;
    this.direct = undefined;
    const transport = pair?.protocol.type === "stun" ? pair.protocol.transport : undefined;
    if (!pair || !transport || !(transport.socket instanceof Socket)) return;
    const [address, port] = pair.remoteAddr;
    if (isIP(address) !== 0) this.direct = { transport, socket: transport.socket, address, port };
  }
}

/** The network lost it, as networks do; the receiver asks again. */
const ignoreLoss = () => undefined;
