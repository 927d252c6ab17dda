import { parseSite } from "@barecast/site";
import { hostsOf } from "@barecast/stack";

import { inventoryOf } from "./inventory";

const site = parseSite(
  `site: trio
domain: live.example.org
hosts:
  one: { machine: {}, roles: [manager, edge, apps, store] }
  two: { address: 198.51.100.7, ssh: { user: ops, port: 2222, hostKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPbgB0HImGG0qhcXtY0Hq5yFvnBDPSBgKJPyCYMhYFKE }, roles: [turn, media] }
network: { machines: 172.30.231.0/24 }
`,
  "sites/trio.yaml",
);

test("the inventory of two hosts, whole", () => {
  const text = inventoryOf(site, hostsOf(site), {
    registryImage: { id: "sha256:abc", archive: "/state/registry.tar" },
    sshKey: "/state/id",
    digests: { one: "d1", two: "d2" },
  });
  expect(JSON.parse(text)).toMatchSnapshot();
});
