import { randomBytes } from "node:crypto";
import { ProtectionProfileAeadAes128Gcm, type RTCDtlsTransport, RtpHeader, SrtpSession } from "werift";
import { countRollovers } from "./hardenSrtp";

/** Both ways have the same keys. */
function session(): SrtpSession {
  const [key, salt] = [randomBytes(16), randomBytes(12)];
  const keys = { localMasterKey: key, localMasterSalt: salt, remoteMasterKey: key, remoteMasterSalt: salt };
  const srtp = new SrtpSession({ keys, profile: ProtectionProfileAeadAes128Gcm });
  countRollovers({ srtp } as unknown as RTCDtlsTransport);
  return srtp;
}

/** Packets by their place in a stream that began with 0: more than 100 are lost around the end of the sequence numbers, and some come late. */
const PLACES = [65_300, 65_736, 65_400, 65_737, 95_000, 125_000, 141_072, 131_071, 131_072, 131_070, 141_073, 170_000, 196_000, 198_000];
const payload = Buffer.from("picture");
const header = (place: number) =>
  new RtpHeader({ version: 2, padding: false, extension: false, csrc: [], extensions: [], ssrc: 7, sequenceNumber: place & 0xffff });

test("a packet is understood by its place in the stream, whatever was lost before it", () => {
  const { localContext, remoteContext } = session();
  const understood = PLACES.filter((place) => {
    try {
      remoteContext.decryptRtp(localContext.cipher.encryptRtp(header(place), payload, place >>> 16));
      return true;
    } catch {
      return false;
    }
  });
  expect(understood).toEqual(PLACES);
});

test("a packet is sealed by its place in the stream, whatever was lost before it", () => {
  const { localContext } = session();
  const right = PLACES.filter((place) => {
    const sealed = localContext.encryptRtp(payload, header(place));
    return sealed.equals(localContext.cipher.encryptRtp(header(place), payload, place >>> 16));
  });
  expect(right).toEqual(PLACES);
});

test("a packet from before the first one leaves the count where it is", () => {
  const { localContext } = session();
  for (const sequenceNumber of [3, 65_535, 4]) localContext.encryptRtp(payload, header(sequenceNumber));
  expect(localContext.srtpSSRCStates[7]?.rolloverCounter).toBe(0);
});
