import { shortLived } from "./slab";

test("packets lie side by side, and none in another's bytes", () => {
  const packets = Array.from({ length: 200 }, (_, index) => shortLived(1200).fill(index));
  expect(packets.every((packet, index) => packet.length === 1200 && packet.every((byte) => byte === index))).toBe(true);
  expect(new Set(packets.map(({ buffer }) => buffer)).size).toBeLessThan(10);
  expect(shortLived(100_000)).toHaveLength(100_000);
});
