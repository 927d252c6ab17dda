import { createHmac } from "node:crypto";
import type { SiteUnderTest } from "./site";
import { classes, createTurnClient, Message, methods, TlsTransport, TurnProtocol } from "werift";

/** Somebody who has TURN credentials, as every client of the site is given them. */
export interface Guest {
  readonly username: string;
  readonly password: string;
}
/** Where TURN is spoken over TLS, and whose certificate it shows. */
export interface TlsEndpoint {
  readonly address: string;
  readonly name: string;
  readonly ca: string;
}
/** How TURN over TLS is reached at a site. */
export const tlsEndpointOf = ({ up, about }: SiteUnderTest): TlsEndpoint => ({
  address: up.machineAddress,
  name: `turn.${about.domain}`,
  ca: about.ca,
});
/** Granted, or the code with which it was refused (RFC 8656, 19). */
export type Answer = "granted" | number;

/** Credentials for ten minutes, made as signaling makes them. `lastsSeconds` below 0: they ended so long ago. */
export function guestOf(turnSecret: string, lastsSeconds = 600): Guest {
  const username = `${Math.floor(Date.now() / 1000) + lastsSeconds}:guest`;
  return { username, password: createHmac("sha1", turnSecret).update(username).digest("base64") };
}

/** A relay of coturn's for packets of UDP. Who opens it gives it back: `giveBack`. */
export const openRelay = (address: string, guest: Guest): Promise<TurnProtocol> =>
  createTurnClient({ address: [address, 3478], ...guest }, { transport: "udp" });

/** The same for a client that speaks to coturn over TLS. */
export const openRelayByTls = ({ address, name, ca }: TlsEndpoint, guest: Guest): Promise<TurnProtocol> =>
  createTurnClient({ address: [address, 443], ...guest }, { transport: "tls", tlsOptions: { ca, servername: name } });

/** Ends a relay at coturn, too: closing the connection alone would leave it there for ten minutes. */
export async function giveBack(relay: TurnProtocol): Promise<void> {
  try {
    await relay.requestWithRetry(new Message(methods.REFRESH, classes.REQUEST).setAttribute("LIFETIME", 0), relay.server);
  } finally {
    await relay.close();
  }
}

/** Asks for the permission to send to a peer. */
export const askPermission = (relay: TurnProtocol, peer: string): Promise<Answer> => answerOf(relay.getPermission([peer, 9]));

const protocols = { udp: 17, tcp: 6 } as const;
const families = { IPv4: 1, IPv6: 2 } as const;

/** What a relay is to carry (TCP: RFC 6062), and of which family its address is to be (RFC 8656, 18.6). */
export interface Wish {
  readonly carrying?: keyof typeof protocols;
  readonly family?: keyof typeof families;
}

/** Asks over TLS for a relay, and gives it back at once. `guest` null: somebody without credentials. */
export async function askRelay(
  { address, name, ca }: TlsEndpoint,
  guest: Guest | null,
  { carrying = "udp", family }: Wish = {},
): Promise<Answer> {
  class Relay extends TurnProtocol {
    override requestWithRetry(...[request, server, signal]: Parameters<TurnProtocol["requestWithRetry"]>) {
      if (request.messageMethod === methods.ALLOCATE) {
        request.setAttribute("REQUESTED-TRANSPORT", protocols[carrying] * 2 ** 24);
        if (family) request.setAttribute("REQUESTED-ADDRESS-FAMILY", families[family] * 2 ** 24);
      }
      // Who has none can't answer coturn's first 401, which asks for them.
      return guest === null ? this.request(request, server) : super.requestWithRetry(request, server, signal);
    }
    // Who refuses credentials can't sign that with them (RFC 8489, 9.2.4): werift, which wants a signature, would wait for another answer.
    override request(...[request, server]: Parameters<TurnProtocol["request"]>) {
      const unsigned = () => Object.assign(this.transactions[request.transactionIdHex]!, { integrityKey: undefined });
      return super.request(request, server, undefined, undefined, unsigned);
    }
  }
  const transport = await TlsTransport.init([address, 443], { ca, servername: name });
  const relay = new Relay([address, 443], guest?.username ?? "", guest?.password ?? "", 600, transport);
  const answer = await answerOf(relay.connectionMade());
  await (answer === "granted" ? giveBack(relay) : transport.close());
  return answer;
}

async function answerOf(asked: Promise<unknown>): Promise<Answer> {
  try {
    await asked;
    return "granted";
  } catch (error) {
    const response = (error as { response?: { getAttributeValue(name: "ERROR-CODE"): [number, string] } }).response;
    if (!response) throw error;
    return response.getAttributeValue("ERROR-CODE")[0];
  }
}
