import { productionPackages } from "./lockfile";

const lock = {
  packages: {
    "": {},
    "services/a": { dependencies: { x: "1", "@s/y": "1" } },
    "services/b": { dependencies: { z: "1" } },
    "services/a/node_modules/x": { version: "2.0.0", integrity: "sha-x2", dependencies: { y: "1" } },
    "node_modules/x": { version: "1.0.0", integrity: "sha-x1" },
    "node_modules/y": { version: "1.0.0", integrity: "sha-y" },
    "node_modules/@s/y": { version: "3.0.0", integrity: "sha-sy", dependencies: { x: "1" }, optionalDependencies: { absent: "1" } },
    "node_modules/z": { version: "1.0.0", integrity: "sha-z" },
  },
};

test("what a workspace runs on, by the copy that Node would find, and nothing of the others", () => {
  expect(productionPackages(lock, "services/a")).toEqual([
    "node_modules/@s/y@3.0.0 sha-sy",
    "node_modules/x@1.0.0 sha-x1",
    "node_modules/y@1.0.0 sha-y",
    "services/a/node_modules/x@2.0.0 sha-x2",
  ]);
  expect(productionPackages(lock, "services/b")).toEqual(["node_modules/z@1.0.0 sha-z"]);
});
