import { asInTable, passedPorts, rangesOf } from "./udpScan";

const row = (family: string, protocol: string, to: string, from: number, port: number) =>
  `${family} ${protocol}      17 25 src=172.30.249.1 dst=${to} sport=${from} dport=${port} [UNREPLIED] src=${to} dst=172.30.249.1 sport=${port} dport=${from} mark=0 zone=0 use=2`;

test("the kernel's table tells which ports of an address a sender reached, by the port that it sent from", () => {
  const ipv4 = "ipv4     2";
  const table = [
    row(ipv4, "udp", "172.30.249.10", 20_001, 3478),
    row(ipv4, "udp", "172.30.249.10", 20_001, 40_000),
    row(ipv4, "udp", "172.30.249.10", 20_002, 7946),
    row(ipv4, "udp", "172.30.249.11", 20_001, 4789),
    row(ipv4, "tcp", "172.30.249.10", 20_001, 443),
  ].join("\n");
  expect(passedPorts(table, "172.30.249.10", 20_001)).toEqual([3478, 40_000]);
});

test("so it does with IPv6, whose addresses it does not abbreviate", () => {
  const ipv6 = "ipv6     10";
  const table = [
    row(ipv6, "udp", "fe80:0000:0000:0000:0042:acff:fe1e:f10a", 20_001, 546),
    row(ipv6, "udp", "fd12:3456:789a:0000:0000:0000:0000:0002", 20_001, 53),
    row(ipv6, "tcp", "fe80:0000:0000:0000:0042:acff:fe1e:f10a", 20_001, 22),
  ].join("\n");
  expect(passedPorts(table, "fe80::42:acff:fe1e:f10a%eth0", 20_001)).toEqual([546]);
  expect(passedPorts(table, "fd12:3456:789a::2", 20_001)).toEqual([53]);
  expect(asInTable("::1")).toBe("0000:0000:0000:0000:0000:0000:0000:0001");
});

test("ports are told as ranges", () => {
  expect(rangesOf([7, 2, 1, 3, 2])).toEqual(["1-3", "7"]);
  expect(rangesOf([])).toEqual([]);
});
