import { GopCache } from "./gopCache";
import { startsKeyFrame } from "./keyFrame";
import type { MediaPacket } from "./packet";
import { Rewriter } from "./rewriter";
import { asksKeyFrame, ntpOf, parseRtp, parseSenderClock, unixMsOf, writeBye, writePli, writeRtp, writeSenderReport } from "./rtpWire";
import { Track } from "./track";

const packet = (sequenceNumber: number, timestamp: number, ...bytes: number[]): MediaPacket => ({
  sequenceNumber,
  timestamp,
  marker: false,
  payload: Buffer.from(bytes),
});

test.each([
  ["VP8 key frame", "VP8", [0x10, 0x10], true],
  ["VP8 delta frame", "VP8", [0x10, 0x11], false],
  ["VP8 key frame with a 15-bit picture id and all extensions", "VP8", [0x90, 0xf0, 0x80, 0x01, 0x02, 0x03, 0x10], true],
  ["VP8 middle of a key frame", "VP8", [0x00, 0x10], false],
  ["VP8 second partition", "VP8", [0x11, 0x10], false],
  ["H.264 IDR slice", "H264", [0x65, 0], true],
  ["H.264 slice", "H264", [0x41, 0], false],
  ["H.264 parameter set", "H264", [0x67, 0], true],
  ["H.264 STAP-A with parameter sets", "H264", [0x18, 0, 2, 0x67, 0, 0, 2, 0x68, 0], true],
  ["H.264 STAP-A without", "H264", [0x18, 0, 2, 0x41, 0], false],
  ["H.264 first fragment of an IDR slice", "H264", [0x7c, 0x85], true],
  ["H.264 later fragment of an IDR slice", "H264", [0x7c, 0x05], false],
  ["Opus", "opus", [1], true],
  ["nothing", "VP8", [], false],
] as const)("%s", (_name, codec, bytes, expected) => {
  expect(startsKeyFrame(codec, Buffer.from(bytes))).toBe(expected);
});

test("a kept group begins at the last key frame and is replayed 1 ms a picture, ending at the true time", () => {
  const cache = new GopCache();
  cache.add(packet(1, 1000, 0), false);
  expect(cache.replay()).toEqual([]);
  cache.add(packet(2, 4600, 1), true);
  cache.add(packet(3, 8200, 2), true);
  cache.add(packet(4, 8200, 3), true);
  cache.add(packet(5, 11_800, 4), false);
  expect(cache.replay()).toEqual([packet(3, 11_710, 2), packet(4, 11_710, 3), packet(5, 11_800, 4)]);
  expect(cache.kept()).toEqual([packet(3, 8200, 2), packet(4, 8200, 3), packet(5, 11_800, 4)]);
});

test("packets that were lost and come late have their time in a kept group, and no place when they are of the one before", () => {
  const cache = new GopCache();
  cache.add(packet(2, 0xffff_f000, 1), true);
  cache.add(packet(4, 3200, 3), false);
  cache.add(packet(1, 0xffff_e1f0, 0), false);
  cache.add(packet(3, 0xffff_fe10, 2), false);
  expect(cache.replay()).toEqual([packet(2, 3020, 1), packet(4, 3200, 3), packet(3, 3110, 2)]);
});

test("the group of a source that can be asked is kept until it can be asked again", () => {
  jest.useFakeTimers();
  const cache = new GopCache(330);
  cache.add(packet(1, 1000, 0), true);
  jest.advanceTimersByTime(330);
  cache.add(packet(2, 4600, 1), false);
  expect(cache.kept()).toHaveLength(2);
  jest.advanceTimersByTime(1);
  expect(cache.kept()).toEqual([]);
  cache.add(packet(3, 8200, 2), false);
  expect(cache.replay()).toEqual([]);
  cache.add(packet(4, 11_800, 3), true);
  expect(cache.kept()).toHaveLength(1);
  jest.useRealTimers();
});

test("of a source that can be asked a late beginning of an older group is passed by, and a group with a gap is none to begin with", () => {
  const cache = new GopCache(330);
  cache.add(packet(10, 9000, 1), true);
  cache.add(packet(3, 1000, 0), true);
  expect(cache.kept()).toEqual([packet(10, 9000, 1)]);
  expect(cache.isWhole).toBe(true);
  cache.add(packet(12, 12_000, 3), false);
  expect(cache.isWhole).toBe(false);
  cache.add(packet(11, 12_000, 2), false);
  expect(cache.isWhole).toBe(true);
  // The first packet of a key frame was lost: its others came before it.
  cache.add(packet(65_535, 20_000, 4), true);
  cache.add(packet(1, 23_000, 6), false);
  expect(cache.isWhole).toBe(false);
});

test("what is kept of another codec is nothing to begin with", () => {
  const track = new Track({ kind: "video" });
  track.codec = { name: "VP8", clockRate: 90_000 };
  track.push(packet(1, 1000, 0x10, 0x10));
  expect(track.replay()).toHaveLength(1);
  track.codec = { name: "H264", clockRate: 90_000 };
  expect(track.replay()).toEqual([]);
  track.close();
});

test("an outgoing stream stays continuous when its source changes", () => {
  const rewriter = new Rewriter(90_000, 65_535);
  const next = (sequenceNumber: number, timestamp: number) => {
    rewriter.next(packet(sequenceNumber, timestamp));
    return [rewriter.sequenceNumber, rewriter.timestamp];
  };
  expect(next(10, 0xffff_ffff)).toEqual([65_535, 0xffff_ffff]);
  expect(next(11, 3599)).toEqual([0, 3599]);
  rewriter.rejoin();
  const [sequenceNumber, timestamp] = next(500, 777_777);
  expect(sequenceNumber).toBe(1);
  expect(timestamp! - 3599).toBeGreaterThan(0);
  expect(timestamp! - 3599).toBeLessThan(9000);
  expect(next(501, 777_777 + 3600)).toEqual([2, timestamp! + 3600]);
});

test("RTP and RTCP survive writing and reading; what is none is refused", () => {
  const fields = { payloadType: 96, ssrc: 0xdeadbeef, sequenceNumber: 7, timestamp: 0xfffffff0, marker: true };
  const payload = Buffer.from([1, 2, 3]);
  expect(parseRtp(writeRtp(fields, payload))).toEqual({
    payloadType: 96,
    ssrc: 0xdeadbeef,
    packet: { sequenceNumber: 7, timestamp: 0xfffffff0, marker: true, payload },
  });
  const report = writeSenderReport(1, { ntp: 5n << 32n, rtp: 9 }, 1, 2);
  expect(parseSenderClock(Buffer.concat([report, writeBye(1)]))).toEqual({ ntp: 5n << 32n, rtp: 9 });
  expect([writePli(1, 2), report, Buffer.alloc(3)].map(asksKeyFrame)).toEqual([true, false, false]);
  for (const bad of [
    Buffer.alloc(0),
    Buffer.alloc(12),
    Buffer.from([0x90, ...new Array<number>(12).fill(255)]),
    Buffer.from([0xbf, ...new Array<number>(11).fill(255)]),
  ]) {
    expect(parseRtp(bad)).toBeUndefined();
  }
  const nowMs = 1_795_343_648_025;
  expect(unixMsOf(ntpOf(nowMs))).toBeCloseTo(nowMs, 0);
});

test("key frames are asked for at once, then not before 330 ms, and no request is lost", () => {
  jest.useFakeTimers();
  let asked = 0;
  const track = new Track({ kind: "video", askKeyFrame: () => asked++ });
  for (let i = 0; i < 5; i++) track.requestKeyFrame();
  expect(asked).toBe(1);
  jest.advanceTimersByTime(329);
  expect(asked).toBe(1);
  jest.advanceTimersByTime(2);
  expect(asked).toBe(2);
  jest.useRealTimers();
  track.close();
});

test("a request that waits is forgotten when a key frame comes: whoever asked is served by it", () => {
  jest.useFakeTimers();
  let asked = 0;
  const track = new Track({ kind: "video", askKeyFrame: () => asked++ });
  track.codec = { name: "VP8", clockRate: 90_000 };
  track.requestKeyFrame();
  track.requestKeyFrame();
  track.push(packet(1, 0, 0x10, 0x11));
  track.push(packet(2, 0, 0x10, 0x10));
  jest.advanceTimersByTime(1000);
  expect(asked).toBe(1);
  track.requestKeyFrame();
  expect(asked).toBe(2);
  jest.useRealTimers();
  track.close();
});
