import fc from "fast-check";
import { cellLumas, cells, columns, counterLimit, crc8, decodeCounter, encodeCounter, rows } from "./counter";

const number = fc.integer({ min: 0, max: counterLimit - 1 });

test("the check byte is CRC-8/I-432-1", () => {
  // Check value of the catalogue of parametrised CRC algorithms.
  expect(crc8([..."123456789"].map((digit) => digit.charCodeAt(0)))).toBe(0xa1);
});

test("a picture of 5", () => {
  const digits = [...encodeCounter(5)].map((luma) => (luma ? "#" : ".")).join("");
  expect(digits.match(/.{8}/g)).toEqual(["........", "........", ".....#.#", ".#..###."]);
});

test("every number is read back", () => {
  fc.assert(fc.property(number, (value) => expect(decodeCounter(encodeCounter(value))).toEqual({ value })));
});

test("numbers out of range are refused", () => {
  for (const value of [-1, counterLimit, 1.5, NaN])
    expect(() => encodeCounter(value)).toThrow(`A counter is 0 to 16777215, found ${value}`);
});

test.each([
  ["black", Array<number>(cells).fill(0), "The check byte of 0 is wrong: Expected 85, found 0"],
  ["white", Array<number>(cells).fill(255), "The check byte of 16777215 is wrong: Expected 90, found 255"],
  ["grey", Array<number>(cells).fill(128), "The cell in row 1, column 1 is grey (luma 128)"],
  ["not a number", Array<number>(cells).fill(NaN), "The cell in row 1, column 1 is grey (luma NaN)"],
  ["too few cells", [0, 255], "Expected 32 cells, found 2"],
])("a picture that is %s is no counter", (_name, lumas, reason) => {
  expect(decodeCounter(lumas)).toEqual({ value: null, reason });
});

test("up to three wrong cells are never another number", () => {
  fc.assert(
    fc.property(number, fc.uniqueArray(fc.integer({ min: 0, max: cells - 1 }), { minLength: 1, maxLength: 3 }), (value, flipped) => {
      const picture = encodeCounter(value);
      for (const cell of flipped) picture[cell] = 255 - picture[cell]!;
      expect(decodeCounter(picture).value).toBeNull();
    }),
  );
});

/** A picture as a page sees it: scaled up, lumas squeezed to a codec's range, blurred over the edges of cells, with noise. */
function seen(
  value: number,
  { width, height, contrast, blur, noise }: { width: number; height: number; contrast: number; blur: number; noise: number[] },
) {
  const picture = encodeCounter(value);
  const at = (x: number, y: number) => {
    const column = Math.min(columns - 1, Math.max(0, Math.floor((x * columns) / width)));
    const row = Math.min(rows - 1, Math.max(0, Math.floor((y * rows) / height)));
    return picture[row * columns + column]!;
  };
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const luma = [-blur, 0, blur].flatMap((dx) => [-blur, 0, blur].map((dy) => at(x + dx, y + dy))).reduce((a, b) => a + b) / 9;
      const grey = 128 + (luma - 127.5) * contrast + noise[(x * 31 + y * 17) % noise.length]!;
      rgba.set([grey, grey, grey, 255], 4 * (y * width + x));
    }
  }
  return rgba;
}

test("survives scaling, low contrast, blurred edges and noise", () => {
  const view = fc.record({
    width: fc.integer({ min: 64, max: 112 }),
    height: fc.integer({ min: 32, max: 63 }),
    contrast: fc.double({ min: 0.6, max: 1, noNaN: true }),
    blur: fc.integer({ min: 0, max: 1 }),
    noise: fc.array(fc.integer({ min: -25, max: 25 }), { minLength: 7, maxLength: 97 }),
  });
  fc.assert(
    fc.property(number, view, (value, how) => {
      const lumas = cellLumas(seen(value, how), how.width, how.height, columns, rows);
      expect(decodeCounter(lumas)).toEqual({ value });
    }),
    { numRuns: 40 },
  );
});

test("a picture between two numbers is either of them or none", () => {
  fc.assert(
    fc.property(number, number, fc.double({ min: 0, max: 1, noNaN: true }), (one, other, share) => {
      const [a, b] = [encodeCounter(one), encodeCounter(other)];
      const { value } = decodeCounter(Array.from(a, (luma, cell) => luma * share + b[cell]! * (1 - share)));
      expect([one, other, null]).toContain(value);
    }),
  );
});
