import type { Access } from "../src/firewall";
import { awaitPicture, goLive, openConsole, openReporter, pathOf, picture, stop } from "../src/pages";
import { Scene } from "../src/scene";
import { allocations, relayPorts } from "../src/turn";
import { until } from "../src/until";
import { liveProblem } from "../src/watch";

jest.setTimeout(60 * 60_000);

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene?.close());

test.each<[string, Access, string]>([
  ["all but 443/tcp is dropped", "https", "tls"],
  ["only 3478/udp and 443/tcp are open", "https-and-turn", "udp"],
])("a phone in a network where %s is seen, through coturn", async (_what, access, relayProtocol) => {
  const title = `Strict ${access} ${Date.now()}`;
  const before = await relayPorts(scene.site);
  const [phone, desk] = [await scene.phone(access), await scene.desk()];
  const reporter = await openReporter(phone, scene.site);
  await goLive(reporter, title);
  // Before the desk comes, whose browser may have allocations, too. What other stories' browsers left may have ended meanwhile.
  expect((await relayPorts(scene.site)).filter((port) => !before.includes(port))).not.toEqual([]);
  const isPath = async () => {
    expect(await pathOf(reporter)).toEqual({ candidateType: "relay", relayProtocol });
    return null;
  };
  await until("The path through coturn", isPath, { withinMs: 60_000 });
  const wall = await openConsole(desk, scene.site);
  await awaitPicture(wall, title, 120_000);
  expect(await liveProblem(wall, picture(title))).toBeNull();
  expect(await phone.network.dropped(phone.container.getId())).toBeGreaterThan(0);

  await stop(reporter);
  await phone.close(); // what the desk holds goes with its page
  await wall.close();
  await until(
    "coturn gives the allocations back",
    async () => {
      const now = await allocations(scene.site);
      return now <= before.length ? null : `Expected ${before.length}, found ${now}`;
    },
    { withinMs: 120_000, everyMs: 1000 },
  );
});
