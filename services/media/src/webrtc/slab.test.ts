import { shortLived } from "./slab";

test("packets lie side by side in few slabs, and none in another's bytes", () => {
  const packets = Array.from({ length: 200 }, (_, index) => shortLived(1200).fill(index));
  expect(packets.every((packet, index) => packet.length === 1200 && packet.every((byte) => byte === index))).toBe(true);
  // 54 of them in 64 KB; the first slab may have been begun.
  expect([4, 5]).toContain(new Set(packets.map(({ buffer }) => buffer)).size);
});

test.each([65_536, 100_000])("%d bytes have a place of their own", (bytes) => {
  const taken = shortLived(bytes);
  expect({ own: taken.length, whole: taken.buffer.byteLength }).toEqual({ own: bytes, whole: bytes });
});
