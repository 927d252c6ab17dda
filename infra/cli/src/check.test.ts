import { textOf } from "@barecast/site";
import { problemsOf, type Computer } from "./steps/check";

const good: Computer = {
  isRoot: true,
  hasSudo: true,
  hasApt: true,
  missing: [],
  dockerVersion: "20.10.24",
  freeBytes: 50e9,
  networks: [{ name: "eth0", cidr: "192.0.2.7/24" }],
};
const told = (computer: Partial<Computer>, isCold = true) =>
  problemsOf({ ...good, ...computer }, { isCold, machines: "172.30.231.0/24" }).map(textOf);

test("nothing stands in the way of a good computer, nor do programs that apt can bring", () => {
  expect(told({})).toEqual([]);
  expect(told({ missing: ["docker", "skopeo"], dockerVersion: null })).toEqual([]);
});

test("everything that stands in the way is told at once, with what to do", () => {
  expect(
    told({
      isRoot: false,
      hasApt: false,
      missing: ["skopeo"],
      dockerVersion: "19.03.15",
      freeBytes: 5e9,
      networks: [{ name: "br-lan", cidr: "172.30.0.1/16" }],
    }),
  ).toEqual([
    "user: Expected root, found another user. Run: sudo make up",
    "programs: Expected skopeo, found none of them, and no apt-get to install them. Install them by hand: Debian and Ubuntu are done for you",
    "docker: Expected Docker Engine 20.10 or newer, found 19.03.15. Update Docker: apt-get install docker.io",
    "disk: Expected 12 GB free in the project's folder, found 5.0 GB. Free some, or move the project to another disk",
    "network.machines: Expected a network that this computer has no part in, found 172.30.231.0/24 beside br-lan (172.30.0.1/16). Set another in the site file, or remove the other site: ./barecast down",
  ]);
});

test("built images need less room", () => {
  expect(told({ freeBytes: 5e9 }, false)).toEqual([]);
});
