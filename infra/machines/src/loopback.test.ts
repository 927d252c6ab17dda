import { createServer, type AddressInfo } from "node:net";
import { parseSite, textOf } from "@barecast/site";

import { loopbackPorts, loopbackProblem, portProblem } from "./loopback";
import type { MachineStatus } from "./status";

const site = parseSite("site: replica\ndomain: replica.localhost\nhosts:\n  one: { machine: {} }\n", "sites/replica.yaml");
const status = (state: MachineStatus["state"], publicPort?: number): MachineStatus[] => [
  { name: "one", address: "172.30.231.10", state, publicPort },
];

test("what is told when no port is free, and when the machine's own is taken", () => {
  expect([textOf(portProblem("one", loopbackPorts(site))), textOf(portProblem("one", [8443]))]).toEqual([
    "hosts.one: Expected a free port on 127.0.0.1 for its machine, found 443 and 8443 to 8492 in use. Stop what listens there: ss -ltnp",
    "hosts.one: Expected 127.0.0.1:8443 to be free for its machine, found it in use. " +
      "A machine keeps its port: stop what listens there (ss -ltnp), or make it anew: ./barecast down, then ./barecast up",
  ]);
});

test("a stopped machine's port is looked at; a running machine has its own", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  try {
    expect(await loopbackProblem(site, status("running", port))).toBeNull();
    expect(await loopbackProblem(site, status("stopped", port))).toEqual(portProblem("one", [port]));
  } finally {
    await new Promise((resolve) => taken.close(resolve));
  }
  expect(await loopbackProblem(site, status("stopped", port))).toBeNull();
});
