import { randomBytes } from "node:crypto";
import {
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  type RTCDtlsTransport,
  RtpHeader,
  SrtpSession,
} from "werift";
import type { RtpFields } from "../media/rtpWire";
import { Dice } from "../testing/mutate";
import { prepareSessionKeys } from "./hardenSrtp";
import { sealOf } from "./srtpSeal";

type Profile = ConstructorParameters<typeof SrtpSession>[0]["profile"];

const PROFILES: [string, Profile, saltBytes: number][] = [
  ["AES-CM with HMAC-SHA1", ProtectionProfileAes128CmHmacSha1_80, 14],
  ["AES-GCM", ProtectionProfileAeadAes128Gcm, 12],
];

/** Two sessions with the same keys. */
function twins(profile: Profile, saltBytes: number): [SrtpSession, SrtpSession] {
  const [localMasterKey, remoteMasterKey] = [randomBytes(16), randomBytes(16)];
  const [localMasterSalt, remoteMasterSalt] = [randomBytes(saltBytes), randomBytes(saltBytes)];
  const keys = { localMasterKey, localMasterSalt, remoteMasterKey, remoteMasterSalt };
  return [new SrtpSession({ keys, profile }), new SrtpSession({ keys, profile })];
}

const transport = (srtp: SrtpSession) => ({ srtp, srtcp: srtp }) as unknown as RTCDtlsTransport;
const weriftHeader = (fields: RtpFields) =>
  new RtpHeader({ version: 2, padding: false, extension: false, csrc: [], extensions: [], ...fields });

/** Two streams, by turns, over the end of their sequence numbers once and twice; some packets come late. */
function* packets(dice: Dice): Generator<[RtpFields, Buffer]> {
  const sizes = [0, 1, 15, 16, 17, 1_200, 1_460, 65_000];
  for (let number = 0; number < 3_000; number++) {
    const late = dice.below(5) === 0 ? dice.below(4) : 0;
    const fields = {
      payloadType: dice.below(128),
      ssrc: number % 2 === 0 ? 0xfedc_ba98 : 7,
      sequenceNumber: (65_500 + number * 40 - late) & 0xffff,
      timestamp: dice.below(2 ** 32),
      marker: dice.below(2) === 0,
    };
    yield [fields, randomBytes(number < sizes.length ? sizes[number]! : dice.below(300))];
  }
}

test.each(PROFILES)("%s: byte for byte what werift makes of the same packets", (_name, profile, saltBytes) => {
  const [ours, theirs] = twins(profile, saltBytes);
  prepareSessionKeys(transport(ours));
  const srtp = sealOf(transport(ours));
  const different: RtpFields[] = [];
  for (const [fields, payload] of packets(new Dice(1))) {
    const sealed = srtp.seal({ ...fields }, payload);
    if (!sealed.equals(theirs.encrypt(payload, weriftHeader(fields)))) different.push(fields);
  }
  expect(different).toEqual([]);
  expect(ours.localContext.srtpSSRCStates).toEqual(theirs.localContext.srtpSSRCStates);
  expect(Object.values(ours.localContext.srtpSSRCStates).map(({ rolloverCounter }) => rolloverCounter)).toEqual([1, 2]);
});

test.each(PROFILES)("%s: a packet stays as it is while the next ones are made", (_name, profile, saltBytes) => {
  const [ours] = twins(profile, saltBytes);
  const srtp = sealOf(transport(ours));
  const fields = { payloadType: 96, ssrc: 1, sequenceNumber: 1, timestamp: 2, marker: false };
  const first = srtp.seal(fields, Buffer.alloc(1_200, 1));
  const copy = Buffer.from(first);
  for (let sequenceNumber = 2; sequenceNumber < 10; sequenceNumber++) srtp.seal({ ...fields, sequenceNumber }, Buffer.alloc(1_300, 2));
  expect(first.equals(copy)).toBe(true);
});

test("keys that are not where they were are an error", () => {
  const [ours] = twins(ProtectionProfileAes128CmHmacSha1_80, 14);
  Object.assign(ours.localContext.cipher, { srtpSessionAuthTag: undefined });
  expect(() => sealOf(transport(ours))).toThrow("werift: SRTP keys are not where 0.25.2 has them");
});
