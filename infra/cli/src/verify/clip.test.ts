import { descriptorOf, FrameReader, loadClip, payloadsOf, stampOf } from "./clip";

const packets = (frames: readonly Buffer[]) =>
  frames
    .flatMap((frame, at) =>
      payloadsOf(frame).map((payload, index, all) => ({ payload, timestamp: at * 6000, marker: index === all.length - 1 })),
    )
    .map((packet, sequenceNumber) => ({ ...packet, sequenceNumber }));
const read = (sent: ReturnType<typeof packets>) => {
  const frames: Buffer[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (const { payload, ...header } of sent) reader.push(header, payload);
  return frames.map(stampOf);
};

test("the clip is 60 different frames, and comes back byte for byte", () => {
  const clip = loadClip();
  const stamps = clip.map(stampOf);
  expect(new Set(stamps).size).toBe(60);
  expect(read(packets(clip))).toEqual(stamps);
});

test("a frame with a lost packet is left out, the others are not", () => {
  const clip = loadClip();
  const sent = packets(clip);
  const lost = sent.findIndex(({ marker }, index) => !marker && !sent[index + 1]!.marker) + 1;
  const missing = sent[lost]!.timestamp / 6000;
  expect(read(sent.filter((_, index) => index !== lost))).toEqual(clip.filter((_, at) => at !== missing).map(stampOf));
});

test.each([
  ["one byte", [0x10], 1],
  ["a picture id of seven bits", [0x90, 0x80, 0x11], 3],
  ["a picture id of fifteen bits, TL0PICIDX and TID", [0x90, 0xe0, 0x81, 0x11, 0x05, 0x20], 6],
])("a descriptor of %s", (_name, bytes, length) => {
  expect(descriptorOf(Buffer.from(bytes))).toEqual({ length, isStart: true });
});
