import { figures, type Counted } from "./figures";
import type { Round } from "./counted";

const round = (packets: number, machine: number, media: number, bare: number, coturn: number): Round<Counted> => ({
  packets,
  seconds: 10,
  cpuSeconds: { machine, media, bare, coturn },
});

test("all CPU time, the same without idle work, and coturn's", () => {
  const measured = {
    packetsPerSecond: 1500,
    idle: round(0, 1, 0.2, 0.1, 0),
    rounds: {
      stack: [round(120_000, 6, 4.8, 0.1, 0), round(120_000, 5, 4, 0.1, 0), round(108_000, 6, 4.8, 0.1, 0)],
      bare: [round(120_000, 1, 0.2, 4.1, 0), round(120_000, 1, 0.2, 4, 0), round(120_000, 1, 0.2, 5, 0)],
    },
    relayed: [round(120_000, 8, 5, 0.1, 1.5)],
    viewers: 8,
    load: "load 1.0 on 2 cores",
  };
  const how = "1500 packets/s of 1200 bytes to 8 viewers, 3 rounds by turns; load 1.0 on 2 cores";
  expect(figures(measured)).toEqual([
    {
      name: "forwarding: whole stack / bare media server, packets per CPU-second",
      value: 18_000 / 24_000,
      unit: "",
      reach: { atLeast: 0.95 },
      detail:
        "median of each round's ratio (0.68 0.75 0.80); medians 20000 (18000 to 24000) / 29268 (24000 to 30000), " +
        "of the stack's media server alone 25000; " +
        `of 12000 forwards/s that were meant 12000 / 12000 came, which took 60 % / 41 % of a core; ${how}`,
    },
    {
      name: "forwarding: whole stack / bare media server, each without its idle work, packets per CPU-second",
      value: expect.closeTo(108_000 / 5 / (120_000 / 4.9), 10),
      unit: "",
      detail:
        "median of each round's ratio (0.80 0.88 0.97); medians 24000 (21600 to 30000) / 30000 (24490 to 30769); " +
        "idle, with the same joins and no packets for 10 s: the machine " +
        `10 % of a core, its media server 2 %, the bare one 1 %; ${how}`,
    },
    {
      name: "forwarding: whole stack / coturn's relaying, packets per CPU-second",
      value: 20_000 / 80_000,
      unit: "",
      detail: `coturn 80000 (80000 to 80000), viewers by TURN over UDP; ${how}`,
    },
  ]);
});
