import { setTimeout as delay } from "node:timers/promises";
import {
  awaitPicture,
  goLive,
  live,
  livenessProblem,
  openConsole,
  openReporter,
  phoneClip,
  picture,
  readCounter,
  stop,
} from "@barecast/e2e";
import { cgroupFolders, megabytes, memoryOf } from "./cgroup";
import { loadText } from "./load";
import type { Figure } from "./report";
import { runningSite, withBrowsers, type RunningSite } from "./site";

const minutesAfter = 2;
const limitMb = 2000;

/** Prints one line a cgroup, `name<TAB>memory.stat in one line`: the machine's own first, then its containers'. Runs in the machine. */
const sample = `${cgroupFolders()}
show() { printf '%s\\t%s\\n' "$1" "$(tr '\\n' ';' <"$2/memory.stat")"; }
show machine $(root_of memory)
docker ps --no-trunc --format '{{.ID}} {{.Names}}' | while read -r id name; do
  folder=$(cgroup_of memory $id) && show "\${name%%.*}" $folder
done
show docker $(root_of memory)/system.slice/docker.service
show containerd $(root_of memory)/system.slice/containerd.service
`;

/** Memory of the site's machine, two minutes after one publisher and two viewers joined; all three are seen to move before and after. */
export async function memory(): Promise<Figure[]> {
  const running = await runningSite();
  const before = await read(running);
  return withBrowsers(running, [{ camera: phoneClip }, {}], async (phone, desk) => {
    const title = `Bench ${Date.now()}`;
    const reporter = await openReporter(phone!, running.site);
    await goLive(reporter, title);
    try {
      const walls = [await openConsole(desk!, running.site), await openConsole(desk!, running.site)];
      const check = async () => {
        for (const wall of walls) {
          await wall.bringToFront();
          await awaitPicture(wall, title);
          const problem = livenessProblem(await readCounter(wall, picture(title), 3), { ...live, seconds: 3 });
          if (problem) throw new Error(`The viewers must see the publisher: ${problem}`);
        }
      };
      await check();
      await delay(minutesAfter * 60_000);
      const after = await read(running);
      await check();
      return [figure(before, after)];
    } finally {
      await stop(reporter);
    }
  });
}

/** Megabytes by name, most first. */
async function read({ site }: RunningSite): Promise<Map<string, number>> {
  const lines = (await site.inside("sh", "-c", sample)).split("\n").filter(Boolean);
  const sizes = lines.map((line): [string, number] => {
    const [name = "", stat = ""] = line.split("\t");
    return [name, megabytes(memoryOf(stat.replaceAll(";", "\n")))];
  });
  return new Map(sizes.sort(([, a], [, b]) => b - a));
}

function figure(before: Map<string, number>, after: Map<string, number>): Figure {
  const parts = [...after].filter(([name]) => name !== "machine").map(([name, size]) => `${name} ${size.toFixed(0)}`);
  return {
    name: `memory: anon + shmem of the machine, ${minutesAfter} minutes after a publisher and two viewers joined`,
    value: after.get("machine")!,
    unit: "MB",
    reach: { atMost: limitMb },
    detail: `${before.get("machine")!.toFixed(0)} MB before; of it in MB: ${parts.join(", ")}; one run; ${loadText()}`,
  };
}
