import { flood } from "./flood/flood";
import { forward } from "./forward/forward";
import { join } from "./join/join";
import { awaitQuiet } from "./load";
import { memory } from "./memory";
import { signaling } from "./signaling/signaling";
import { size } from "./size";
import { stack } from "./stack/stack";
import { figureText, isReached, type Figure } from "./report";
import { up } from "./up";

/** How long to wait for a quiet computer before each bench; with `--now` not at all. */
const patienceMs = 5 * 60_000;

/** Every bench by its name; without a name all but `size`, which only counts, and `up`, which takes the site down. */
const benches: Readonly<Record<string, () => Promise<Figure[]>>> = { flood, forward, join, memory, signaling, size, stack, up };
const usual = ["forward", "stack", "signaling", "flood", "join", "memory"];

async function main(given: readonly string[]): Promise<number> {
  const names = given.filter((word) => word !== "--now");
  const unknown = names.find((name) => !(name in benches));
  if (unknown !== undefined) {
    console.error(`${unknown}: Expected one of ${Object.keys(benches).join(", ")}`);
    return 2;
  }
  let short = 0;
  for (const name of names.length > 0 ? names : usual) {
    console.log(`${name}: ${await awaitQuiet(given.includes("--now") ? 0 : patienceMs)}`);
    for (const figure of await benches[name]!()) {
      console.log(figureText(figure));
      short += isReached(figure) ? 0 : 1;
    }
  }
  return short === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.stack ?? error.message);
    process.exit(1);
  },
);
