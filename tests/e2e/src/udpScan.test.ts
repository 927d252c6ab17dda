import { passedPorts, rangesOf } from "./udpScan";

test("the kernel's table tells which ports of an address a sender reached, by the port that it sent from", () => {
  const row = (protocol: string, to: string, from: number, port: number) =>
    `ipv4     2 ${protocol}      17 25 src=172.30.249.1 dst=${to} sport=${from} dport=${port} [UNREPLIED] src=${to} dst=172.30.249.1 sport=${port} dport=${from} mark=0 zone=0 use=2`;
  const table = [
    row("udp", "172.30.249.10", 20_001, 3478),
    row("udp", "172.30.249.10", 20_001, 40_000),
    row("udp", "172.30.249.10", 20_002, 7946),
    row("udp", "172.30.249.11", 20_001, 4789),
    row("tcp", "172.30.249.10", 20_001, 443),
  ].join("\n");
  expect(passedPorts(table, "172.30.249.10", 20_001)).toEqual([3478, 40_000]);
});

test("ports are told as ranges", () => {
  expect(rangesOf([7, 2, 1, 3, 2])).toEqual(["1-3", "7"]);
  expect(rangesOf([])).toEqual([]);
});
