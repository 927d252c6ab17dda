import fc from "fast-check";

import { takenBy } from "./ensure-network";
import { machineNetwork, overlaps } from "./network";

test("an address inside the network stands for it, whatever its length", () => {
  expect(machineNetwork("x", "200.7.99.130/20")).toEqual({
    name: "barecast-x",
    subnet: "200.7.96.0/20",
    gateway: "200.7.96.1",
    dynamicRange: "200.7.104.0/21",
  });
});

test("an interface that has an address of the network is named", () => {
  const network = machineNetwork("x", "172.30.231.0/24");
  expect(takenBy(network, { lo: ["127.0.0.1/8"], eth0: ["172.30.0.5/16"] })).toBe(
    "network.machines: Expected a network that is free here, found 172.30.231.0/24 in use by the interface eth0. Choose another, e.g. 172.30.240.0/24",
  );
  expect(takenBy(network, { lo: ["127.0.0.1/8"], eth0: ["172.30.230.5/24"] })).toBeNull();
});

test("networks overlap exactly when one holds the other's first address", () => {
  const cidr = fc.tuple(fc.nat({ max: 0xffffffff }), fc.integer({ min: 8, max: 30 }));
  const text = ([address, prefix]: [number, number]) => `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".")}/${prefix}`;
  const holds = ([a, prefix]: [number, number], [b]: [number, number]) =>
    Math.floor(a / 2 ** (32 - prefix)) === Math.floor(b / 2 ** (32 - prefix));
  fc.assert(fc.property(cidr, cidr, (a, b) => overlaps(text(a), text(b)) === (a[1] <= b[1] ? holds(a, b) : holds(b, a))));
});
