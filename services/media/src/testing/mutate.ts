/** Seeded randomness (mulberry32): the same seed breaks the same messages in the same places. */
export class Dice {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** A whole number below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** Flips, cuts, doubles, inserts or overwrites bytes in one to four places. */
export function breakBytes(data: Buffer, dice: Dice): Buffer {
  let broken: Buffer = Buffer.from(data);
  for (let times = 1 + dice.below(4); times > 0; times--) broken = breakOnce(broken, dice);
  return broken;
}

function breakOnce(data: Buffer, dice: Dice): Buffer {
  const at = dice.below(data.length + 1);
  const end = Math.min(data.length, at + 1 + dice.below(16));
  switch (dice.below(6)) {
    case 0:
      if (at < data.length) data[at]! ^= 1 << dice.below(8);
      return data;
    case 1:
      return data.subarray(0, at);
    case 2:
      return Buffer.concat([data.subarray(0, end), data.subarray(at)]);
    case 3:
      return Buffer.concat([data.subarray(0, at), data.subarray(end)]);
    case 4:
      return Buffer.concat([data.subarray(0, at), Buffer.alloc(1 + dice.below(8), dice.below(256)), data.subarray(at)]);
    default:
      data.fill(dice.pick([0, 0xff, 0x7f, 0x80]), at, end);
      return data;
  }
}

const ODD_VALUES: readonly unknown[] = [
  ...[null, true, -1, 0, 1e308, 0.5, 2 ** 53, "", "x", "\u0000", "__proto__", "newref:0", "newref:99", "m".repeat(70_000)],
  ...[[], {}, [[]], { __proto__: null, constructor: 1 }, [null, 1, "a"], { a: { b: { c: [] } } }],
];

/** One value somewhere in the message becomes an odd one, goes, or changes its name. */
export function breakJson(message: unknown, dice: Dice): unknown {
  const copy = structuredClone(message);
  const places = placesOf(copy);
  if (places.length === 0) return dice.pick(ODD_VALUES);
  const { holder, key } = dice.pick(places);
  switch (dice.below(4)) {
    case 0:
      delete holder[key];
      return copy;
    case 1:
      holder[dice.pick(["constructor", "toString", "x", key.slice(1)])] = holder[key];
      delete holder[key];
      return copy;
    default:
      holder[key] = dice.pick(ODD_VALUES);
      return copy;
  }
}

interface Place {
  holder: Record<string, unknown>;
  key: string;
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}

/** Lines of a description go, come twice, change places, or lose a part; or its bytes break. */
export function breakSdp(sdp: string, dice: Dice): string {
  if (dice.below(3) === 0) return breakBytes(Buffer.from(sdp), dice).toString("latin1");
  const lines = sdp.split("\r\n");
  for (let times = 1 + dice.below(3); times > 0; times--) {
    const [at, other] = [dice.below(lines.length), dice.below(lines.length)];
    const line = lines[at]!;
    const words = line.split(/(?<=[ :=/;])/);
    switch (dice.below(5)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(other, 0, line);
        break;
      case 2:
        [lines[at], lines[other]] = [lines[other]!, line];
        break;
      case 3:
        words[dice.below(words.length)] = dice.pick(["", "-1", "0", "99999", "4294967296", "NaN", "\u00e9", "a".repeat(3_000), " "]);
        lines[at] = words.join("");
        break;
      default:
        lines[at] = line.slice(0, dice.below(line.length + 1));
    }
    if (lines.length === 0) return "";
  }
  return lines.join("\r\n");
}
