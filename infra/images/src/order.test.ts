import { buildOrder, needsOf } from "./order";

const cold = { source: "packages", isCompiled: () => false } as const;
const warm = { source: "packages", isCompiled: () => true } as const;

test("needs come first, slow images before quick ones", () => {
  expect(buildOrder(["redis", "signaling", "traefik", "postgres"], cold)).toEqual([
    ...["base", "golang", "traefik", "postgres", "redis", "node", "signaling"],
  ]);
});

test("a builder is not needed while its product is cached", () => {
  expect(needsOf("traefik", cold)).toEqual(["base", "golang"]);
  expect(needsOf("traefik", warm)).toEqual(["base"]);
});

test("upstream images need nothing; ours are built on upstream's", () => {
  const upstream = { source: "upstream", isCompiled: () => false } as const;
  expect(buildOrder(["traefik", "redis", "signaling"], upstream)).toEqual(["traefik", "redis", "node", "signaling"]);
});
