import path from "node:path";
import { loadSite } from "@barecast/site";
import { planned } from "./planned";
import { projectFolder } from "./project";
import { rangesOf } from "./udpScan";

test("of three hosts each has the ports of its own roles", () => {
  const trio = loadSite(path.join(projectFolder, "sites", "trio.yaml"));
  const of = (host: string) => ({
    anywhere: { tcp: planned(trio, host, "tcp", "anywhere"), udp: rangesOf(planned(trio, host, "udp", "anywhere")) },
    hosts: { tcp: planned(trio, host, "tcp", "hosts"), udp: planned(trio, host, "udp", "hosts") },
    gatewayBridge: planned(trio, host, "tcp", "gatewayBridge"),
  });
  expect(of("one")).toEqual({
    anywhere: { tcp: [22, 80, 443], udp: ["3478", "41000-41999"] },
    hosts: { tcp: [2377, 5000, 5350, 7946], udp: [4789, 7946] },
    gatewayBridge: [5350],
  });
  const media = {
    anywhere: { tcp: [22], udp: ["40000-40999"] },
    hosts: { tcp: [7946, 8888], udp: [4789, 7946] },
    gatewayBridge: [8888],
  };
  expect({ two: of("two"), three: of("three") }).toEqual({ two: media, three: media });
});
