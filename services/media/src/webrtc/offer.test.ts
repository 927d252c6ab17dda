import { isAcceptable } from "./harden";
import { mediaIds, sdpProblem, trimDescription, withoutCandidates } from "./offer";

const session = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1", "a=extmap-allow-mixed"];
const keys = ["a=ice-ufrag:abcd", "a=ice-pwd:efgh", "a=fingerprint:sha-256 00:11"];
const sdp = (...lines: string[]) => `${lines.join("\r\n")}\r\n`;

/** The codecs of a browser's offer, shortened. */
const OFFER = sdp(
  ...session,
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0 8",
  ...keys,
  "a=mid:0",
  "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  "a=rtpmap:111 opus/48000/2",
  "a=rtcp-fb:111 transport-cc",
  "a=rtpmap:63 red/48000/2",
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 105 106 107 98",
  ...keys,
  "a=mid:1",
  "a=rtpmap:96 VP8/90000",
  "a=rtcp-fb:96 goog-remb",
  "a=rtcp-fb:96 transport-cc",
  "a=rtcp-fb:96 nack pli",
  "a=rtpmap:97 rtx/90000",
  "a=fmtp:97 apt=96",
  "a=rtpmap:102 H264/90000",
  "a=fmtp:102 packetization-mode=1;profile-level-id=42001f",
  "a=rtpmap:103 rtx/90000",
  "a=fmtp:103 apt=102",
  "a=rtpmap:104 H264/90000",
  "a=fmtp:104 packetization-mode=0;profile-level-id=42e01f",
  "a=rtpmap:106 H264/90000",
  "a=fmtp:106 packetization-mode=1;profile-level-id=42e01f",
  "a=rtpmap:107 rtx/90000",
  "a=fmtp:107 apt=106",
  "a=rtpmap:98 VP9/90000",
);

test("only what is forwarded stays in an offer, one H.264, each with its rtx, without transport-cc and extensions", () => {
  expect(trimDescription(OFFER)).toBe(
    sdp(
      ...session.slice(0, -1),
      "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8",
      ...keys,
      "a=mid:0",
      "a=rtpmap:111 opus/48000/2",
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97 106 107",
      ...keys,
      "a=mid:1",
      "a=rtpmap:96 VP8/90000",
      "a=rtcp-fb:96 goog-remb",
      "a=rtcp-fb:96 nack pli",
      "a=rtpmap:97 rtx/90000",
      "a=fmtp:97 apt=96",
      "a=rtpmap:106 H264/90000",
      "a=fmtp:106 packetization-mode=1;profile-level-id=42e01f",
      "a=rtpmap:107 rtx/90000",
      "a=fmtp:107 apt=106",
    ),
  );
});

test.each([
  ["no SDP", "not an sdp", "does not start with v=0"],
  ["no media", sdp(...session), "has no media section"],
  ["no ICE", sdp(...session, "m=audio 9 UDP/TLS/RTP/SAVPF 111"), "has no a=ice-ufrag in media section 0"],
  ["half a media line", sdp(...session, "m=audio"), "has a malformed media section 0"],
  ["a number", 5, "does not start with v=0"],
  ["a good one", OFFER, undefined],
])("%s", (_name, text, problem) => {
  expect(sdpProblem(text)).toBe(problem);
});

test("sections that were refused have no candidates", () => {
  expect(mediaIds(sdp(...session, "m=audio 0 X 0", "a=mid:a", "m=video 9 X 96", "a=mid:v"))).toEqual([{ sdpMid: "v", sdpMLineIndex: 1 }]);
  expect(withoutCandidates(sdp("v=0", "a=candidate:1 1 udp 1 192.0.2.1 9 typ host", "a=end-of-candidates", "a=mid:0"))).toBe(
    sdp("v=0", "a=mid:0"),
  );
});

const record = (type: number, epoch: number, length = 2) =>
  Buffer.from([type, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 0, 0, length, ...new Array<number>(length).fill(1)]);

test.each([
  ["handshake while it lasts", record(22, 0), false, true],
  ["handshake afterwards", record(22, 0), true, false],
  ["plaintext alert while it lasts", record(21, 0), false, false],
  ["plaintext alert afterwards", record(21, 0), true, false],
  ["alert that claims to be encrypted", record(21, 1), true, false],
  ["encrypted data with a plaintext alert behind it", Buffer.concat([record(23, 1), record(21, 0)]), true, false],
  ["encrypted handshake while it lasts", record(22, 1), false, true],
  ["encrypted handshake afterwards", record(22, 1), true, false],
  ["encrypted data with a handshake behind it", Buffer.concat([record(23, 1), record(22, 1)]), true, false],
  ["change of cipher afterwards", record(20, 1), true, false],
  ["encrypted data afterwards", record(23, 1), true, true],
  ["unknown type", record(25, 1), true, false],
  ["cut record", record(23, 1).subarray(0, 14), true, false],
  ["empty", Buffer.alloc(0), true, false],
])("DTLS: %s", (_name, datagram, isConnected, expected) => {
  expect(isAcceptable(datagram, isConnected)).toBe(expected);
});
