import { createSecretKey, type KeyObject } from "node:crypto";
import type { RTCDtlsTransport } from "werift";

/** Two repairs inside the SRTP of werift 0.25.2 (see harden.ts). Both when DTLS is up. */

type Key = Buffer | KeyObject;
interface Cipher {
  srtpSessionKey: Key;
  srtcpSessionKey: Key;
  srtpSessionAuthTag?: Key;
  srtcpSessionAuthTag?: Key;
}
interface Rollover {
  rolloverCounter: number;
  lastSequenceNumber: number;
  rolloverHasProcessed?: boolean;
}
interface Context {
  cipher: Cipher;
  updateRolloverCount(sequenceNumber: number, state: Rollover): void;
}
interface Session {
  localContext: Context;
  remoteContext: Context;
}

const KEY_NAMES = ["srtpSessionKey", "srtcpSessionKey", "srtpSessionAuthTag", "srtcpSessionAuthTag"] as const;

/** Raw session keys are converted for each packet, 30 % of the time of forwarding; key objects are converted once. */
export function prepareSessionKeys(dtls: RTCDtlsTransport): void {
  const { srtp, srtcp } = dtls as unknown as { srtp: Session; srtcp: Session };
  for (const { cipher } of [srtp, srtcp].flatMap((session) => [session.localContext, session.remoteContext])) {
    for (const name of KEY_NAMES) {
      const key = cipher[name];
      if (Buffer.isBuffer(key)) cipher[name] = createSecretKey(key);
    }
  }
  if (Buffer.isBuffer(srtp.localContext.cipher.srtpSessionKey)) throw new Error("werift: SRTP keys are not where 0.25.2 has them");
}

/**
 * Counts how often sequence numbers began anew as RFC 3711, 3.3.1 has it: each packet is the nearest one with its number. werift sees a new
 * beginning only within 100 packets of it: who lost more just there was never understood again.
 */
export function countRollovers(dtls: RTCDtlsTransport): void {
  const { srtp } = dtls as unknown as { srtp: Session };
  for (const context of [srtp.localContext, srtp.remoteContext]) {
    if (typeof context.updateRolloverCount !== "function") throw new Error("werift: The rollover counter is not where 0.25.2 has it");
    context.updateRolloverCount = countRollover;
  }
}

const HALF = 0x8000;

function countRollover(sequenceNumber: number, state: Rollover): void {
  const step = state.rolloverHasProcessed ? sequenceNumber - state.lastSequenceNumber : 0;
  // From before the very first one: it counts for nothing.
  if (step > HALF && state.rolloverCounter === 0) return;
  if (step > HALF) state.rolloverCounter--;
  if (step < -HALF) state.rolloverCounter++;
  state.rolloverHasProcessed = true;
  state.lastSequenceNumber = sequenceNumber;
}
