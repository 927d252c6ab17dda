// A site file outlives the version that it was written for.
import { siteKeys } from "./docs";
import { parseSite, staleKeys } from "./load";
import { SiteProblems } from "./problems";
import { goodSite, holderOf } from "./testing/goodSite";

/** Every key that a version had, by its path in docs/site.md. None is ever taken away from here. */
const keysEver = `
  name site domain images
  hosts hosts.<name>.address hosts.<name>.roles
  hosts.<name>.ssh hosts.<name>.ssh.user hosts.<name>.ssh.port hosts.<name>.ssh.hostKey
  hosts.<name>.machine hosts.<name>.machine.baked hosts.<name>.machine.memoryBytes
  cameras cameras.<name>.title cameras.<name>.url cameras.<name>.username cameras.<name>.passwordSecret cameras.<name>.record
  network network.overlays network.gatewayBridge network.machines
  ports ports.http ports.https ports.turn ports.registry ports.mediaControl ports.turnProxy
  ports.media ports.media.from ports.media.to ports.relay ports.relay.from ports.relay.to
  accounts accounts.operator accounts.admin
  media media.server media.maxBitrateBps
  recordings recordings.phones
  console console.title
  logLevel
`
  .trim()
  .split(/\s+/);

const keys = siteKeys().map(({ path }) => path);

test("a key that a version had is there, or its row says what became of it", () => {
  expect(keysEver.filter((key) => !keys.includes(key)).sort()).toEqual(Object.keys(staleKeys).sort());
  expect(keys.filter((key) => !keysEver.includes(key))).toEqual([]);
});

test("a successor is a key", () => {
  const successors = Object.values(staleKeys).flatMap((fix) => /^It is called (\S+) now$/.exec(fix)?.[1] ?? []);
  expect(successors.filter((key) => !keys.includes(key))).toEqual([]);
});

test.each(Object.entries(staleKeys))("%s in a site file is told what became of it", (stale, fix) => {
  const path = stale.replace("hosts.<name>", "hosts.one").replace("cameras.<name>", "cameras.gate");
  const tree = goodSite();
  const { holder, key } = holderOf(tree, path);
  holder[key] = 1;
  let message = "";
  try {
    parseSite(JSON.stringify(tree), "sites/x.yaml");
  } catch (error) {
    if (!(error instanceof SiteProblems)) throw error;
    message = error.message;
  }
  expect(message).toBe(`sites/x.yaml: 1 problem\n  ${path}: Expected a key of the site file, found "${key}". ${fix}`);
});
