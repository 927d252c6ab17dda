import { isRtp } from "./countOnly";

test.each([
  ["RTP, payload type 96", [0x80, 0x60], true],
  ["RTP, marker bit, payload type 96", [0x80, 0xe0], true],
  ["RTP, marker bit, payload type 0", [0x90, 0x80], true],
  ["RTCP, sender report", [0x80, 200], false],
  ["RTCP, NACK", [0x81, 205], false],
  ["STUN", [0x00, 0x01], false],
  ["DTLS, application data", [23, 0xfe], false],
  ["nothing", [], false],
])("%s", (_name, bytes, wanted) => {
  expect(isRtp(Uint8Array.from(bytes))).toBe(wanted);
});
