import { CipherContext, Connection, ProtectionProfileAeadAes128Gcm, SrtcpSession, SrtpSession } from "werift";

export type Protocol = "RTP" | "RTCP" | "STUN" | "DTLS";
/** How many messages passed their authentication, by protocol and by the secret (in hex) that they were proven with. */
export type Authenticated = Record<string, number>;

/** The sender's SRTP master key, DTLS master secret or the ICE password of whom it speaks to. */
export const secretName = (protocol: Protocol, secret: Buffer | string) => `${protocol} ${Buffer.from(secret).toString("hex")}`;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** From now on counts, in this process, what werift takes only after its sender has proven itself. */
export function countAuthenticated(): Authenticated {
  const counts: Authenticated = {};
  const count = (protocol: Protocol, secret: Buffer | string) => {
    const name = secretName(protocol, secret);
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const after = (prototype: object, method: string, then: (self: unknown) => void) => {
    const methods = prototype as Record<string, Method>;
    const inner = methods[method]!;
    methods[method] = function (...args) {
      const result = inner.apply(this, args);
      then(this);
      return result;
    };
  };
  const [srtp, srtcp] = srtpContexts();
  after(srtp, "decryptRtp", (self) => count("RTP", (self as { masterKey: Buffer }).masterKey));
  after(srtcp, "decryptRTCP", (self) => count("RTCP", (self as { masterKey: Buffer }).masterKey));
  after(CipherContext.prototype, "decryptPacket", (self) => count("DTLS", (self as CipherContext).masterSecret));
  const ice = Connection.prototype as unknown as { ensureProtocol: Method };
  const { ensureProtocol } = ice;
  // Called with each protocol behind the guard of harden.ts.
  ice.ensureProtocol = function (protocol) {
    const { onRequestReceived } = protocol as { onRequestReceived: { subscribe(listener: () => void): void } };
    onRequestReceived.subscribe(() => count("STUN", (this as Connection).localPassword));
    return ensureProtocol.call(this, protocol);
  };
  return counts;
}

/** werift shows only the sessions around them. */
function srtpContexts(): [object, object] {
  const [key, salt] = [Buffer.alloc(16), Buffer.alloc(12)];
  const keys = { localMasterKey: key, localMasterSalt: salt, remoteMasterKey: key, remoteMasterSalt: salt };
  const config = { keys, profile: ProtectionProfileAeadAes128Gcm } as const;
  const contexts = [new SrtpSession(config).remoteContext, new SrtcpSession(config).remoteContext] as const;
  return [Object.getPrototypeOf(contexts[0]) as object, Object.getPrototypeOf(contexts[1]) as object];
}
