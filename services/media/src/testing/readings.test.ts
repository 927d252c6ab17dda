import { breakerOf, jsonReading, sdpReadings } from "./readings";

/** The first of these that is broken, for a reader of the first of them. */
const firstBroken = (reading: (text: string) => string, whole: string, ...mutations: string[]) =>
  breakerOf(reading, whole, () => mutations.shift()!)();

test("JSON that says the same is not broken", () => {
  expect(firstBroken(jsonReading, '{"a":1}', '{"a":1}', '{ "a": 1.0 }', '{"a":2}')).toBe('{"a":2}');
  expect(firstBroken(jsonReading, '{"a":1}', '{"a":1} ', '{"a":1')).toBe('{"a":1');
});

const OFFER = [
  ...["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", "m=video 5000 RTP/AVP 96", "a=mid:0", "a=rtpmap:96 VP8/90000"],
  ...["a=ice-ufrag:abcd", "a=ice-pwd:0123456789012345678901", "a=sendonly", ""],
].join("\r\n");

test.each(["WebRtcEndpoint", "RtpEndpoint"] as const)("a description that says the same to a %s is not broken", (type) => {
  const same = [OFFER.replaceAll("\r\n", "\n"), OFFER.replace("a=sendonly", "a=unheard-of\r\na=sendonly")];
  const other = OFFER.replace("VP8/90000", "VP8/9000");
  expect(firstBroken(sdpReadings[type], OFFER, OFFER, ...same, other)).toBe(other);
  expect(firstBroken(sdpReadings[type], OFFER, ...same, "m=")).toBe("m=");
});
