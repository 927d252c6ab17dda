import { pushWaves } from "./waves";

const redis = { name: "redis", layers: ["base", "redis"] } as const;
const signaling = { name: "signaling", layers: ["base", "node", "signaling"] } as const;
const parse = { name: "parse", layers: ["base", "node", "parse"] } as const;
const traefik = { name: "traefik", layers: ["traefik"] } as const;

test("a shared layer travels once: first with one image, then it is mounted", () => {
  expect(pushWaves([redis, signaling, parse, traefik])).toEqual([
    [
      { name: "signaling", mounts: [] },
      { name: "traefik", mounts: [] },
    ],
    [
      {
        name: "parse",
        mounts: [
          { digest: "base", from: "signaling" },
          { digest: "node", from: "signaling" },
        ],
      },
      { name: "redis", mounts: [{ digest: "base", from: "signaling" }] },
    ],
  ]);
});

test("layers of images that the registry holds are mounted from the start", () => {
  expect(pushWaves([parse], [redis])).toEqual([[{ name: "parse", mounts: [{ digest: "base", from: "redis" }] }]]);
});

test("nothing to push", () => {
  expect(pushWaves([], [redis])).toEqual([]);
});
