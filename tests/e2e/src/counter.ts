/**
 * A number that survives a camera, an encoder, the network and a screen: the picture is a grid of black and white cells, most significant
 * bit first. 24 bits of the number, then a CRC-8 of them, so that a picture which is not a counter (black, torn, another page) is never one.
 */
export const columns = 8;
export const rows = 4;
export const cells = columns * rows;
/** The number wraps after this; at 30 a second that is six days. */
export const counterLimit = 2 ** 24;

/** CRC-8/I-432-1 (ITU-T I.432.1: polynomial 0x07, output XOR 0x55): so all black and all white are no counters. */
export function crc8(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  }
  return crc ^ 0x55;
}

const checkOf = (value: number): number => crc8([value >> 16, (value >> 8) & 0xff, value & 0xff]);

/** The picture of a number: one luma byte a cell, 0 or 255, row by row. Scale it up without smoothing. */
export function encodeCounter(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value >= counterLimit)
    throw new RangeError(`A counter is 0 to ${counterLimit - 1}, found ${value}`);
  const bits = [...value.toString(2).padStart(24, "0"), ...checkOf(value).toString(2).padStart(8, "0")];
  return Uint8Array.from(bits, (bit) => (bit === "1" ? 255 : 0));
}

/** A decoded picture: the number, or why there is none. */
export type Decoded = { readonly value: number; readonly reason?: undefined } | { readonly value: null; readonly reason: string };

/** Lumas between these are neither black nor white. Encoders keep far away from it in the middle of a cell. */
const black = 96;
const white = 160;

/** Decodes the mean lumas of all cells (0-255, row by row; see {@link cellLumas}). */
export function decodeCounter(lumas: ArrayLike<number>): Decoded {
  if (lumas.length !== cells) return { value: null, reason: `Expected ${cells} cells, found ${lumas.length}` };
  let value = 0;
  for (let cell = 0; cell < cells; cell++) {
    const luma = lumas[cell] as number;
    if (!(luma < black || luma > white)) {
      const at = `row ${Math.floor(cell / columns) + 1}, column ${(cell % columns) + 1}`;
      return { value: null, reason: `The cell in ${at} is grey (luma ${Math.round(luma)})` };
    }
    value = value * 2 + (luma > white ? 1 : 0);
  }
  const check = value % 256;
  const number = Math.floor(value / 256);
  return check === checkOf(number)
    ? { value: number }
    : { value: null, reason: `The check byte of ${number} is wrong: Expected ${checkOf(number)}, found ${check}` };
}

/**
 * Mean luma of the middle of each cell of an RGBA picture (ITU-R BT.601 weights). Self-contained: its text is also run inside pages.
 * @param rgba four bytes a pixel, row by row, as of ImageData
 */
export function cellLumas(rgba: ArrayLike<number>, width: number, height: number, columns: number, rows: number): number[] {
  const lumas: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const left = Math.floor(((column + 0.3) * width) / columns);
      const right = Math.max(left + 1, Math.ceil(((column + 0.7) * width) / columns));
      const top = Math.floor(((row + 0.3) * height) / rows);
      const bottom = Math.max(top + 1, Math.ceil(((row + 0.7) * height) / rows));
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const at = 4 * (y * width + x);
          sum += 0.299 * rgba[at]! + 0.587 * rgba[at + 1]! + 0.114 * rgba[at + 2]!;
        }
      }
      lumas.push(sum / ((right - left) * (bottom - top)));
    }
  }
  return lumas;
}
