import dgram, { type SocketOptions } from "node:dgram";
import { lookup as dnsLookup } from "node:dns";
import { isIP } from "node:net";

/** As Node calls it: with the family as a number (`lookup4` and `lookup6` of its lib/internal/dgram.js). */
type Lookup = (address: string, family: 4 | 6, done: (error: Error | null, address: string, family: number) => void) => void;

const nodeLookup: Lookup = (address, family, done) => {
  if (isIP(address) === family) process.nextTick(done, null, address, family);
  else dnsLookup(address, family, done);
};

let isInstalled = false;

/**
 * From now on the UDP sockets of this process, werift's among them, send to an address at once. Node looks up where each datagram goes, and gives an
 * address that needs no looking up back in a later turn: an object and a turn for each packet to each viewer, a tenth of the CPU time of forwarding
 * in a process that has run for a while. Until a socket is bound, and for names, it stays Node's way: `listening` may not come while `bind` is called.
 */
export function makeSocketsPrompt(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { createSocket } = dgram;
  dgram.createSocket = (options, onMessage) => {
    const given: SocketOptions = typeof options === "string" ? { type: options } : options;
    if (given.lookup) return createSocket(given, onMessage);
    let isBound = false;
    const lookup: Lookup = (address, family, done) => {
      if (isBound && isIP(address) === family) done(null, address, family);
      else nodeLookup(address, family, done);
    };
    const socket = createSocket({ ...given, lookup: lookup as unknown as SocketOptions["lookup"] }, onMessage);
    return socket.once("listening", () => (isBound = true));
  };
}
