import { addressesIn } from "./ipv6";
import { asInTable } from "./udpScan";

test("IPv6 addresses of a machine, and whether they are its own without doubt yet", () => {
  const table = ["fd123456789a00000000000000000002 1f 40 00 82     eth1", "fe800000000000000042acfffe1ef10a 1f 40 20 c0     eth1"].join(
    "\n",
  );
  const on = { interfaceName: "eth1" };
  expect(addressesIn(table)).toEqual([
    { ...on, address: asInTable("fd12:3456:789a::2"), isLinkLocal: false, isTentative: false },
    { ...on, address: asInTable("fe80::42:acff:fe1e:f10a"), isLinkLocal: true, isTentative: true },
  ]);
});
