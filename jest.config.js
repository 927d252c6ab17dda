"use strict";
// Seven projects: unit (no Docker, no network), services (one service with what it needs in containers), hosts (machines and Ansible's roles on
// them, and the runner killed at its writes), siteless (stories that need no site), e2e (the stories on one site that they share), deploy (those on
// sites of their own) and trio (on three machines).
// A workspace's name maps to its source.
const { readdirSync, existsSync, readFileSync } = require("node:fs");
const path = require("node:path");

const folders = ["infra", "services", "apps", "tests"].flatMap((top) =>
  readdirSync(path.join(__dirname, top)).map((name) => path.join(__dirname, top, name)),
);
// What is loaded when it is used is named as Node wants it: by the file that TypeScript makes.
const moduleNameMapper = { "^(\\.{1,2}/.*)\\.js$": "$1" };
for (const folder of [...folders, path.join(__dirname, "bench")]) {
  if (!existsSync(path.join(folder, "package.json"))) continue;
  const { name, exports: entries = {} } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  for (const [entry, { source }] of Object.entries(entries)) {
    moduleNameMapper[`^${name}${entry.slice(1)}$`] = path.join(folder, source);
  }
}
const shared = {
  transform: {
    "^.+\\.(tsx?|m?js)$": [
      "@swc/jest",
      {
        jsc: { target: "es2023", parser: { syntax: "typescript", tsx: true }, transform: { react: { runtime: "automatic" } } },
        module: { type: "commonjs" },
      },
    ],
  },
  moduleNameMapper,
  // Packages that are ES modules only: Jest's CommonJS needs them compiled.
  transformIgnorePatterns: ["/node_modules/(?!(age-encryption|@noble|@scure|commander)/)"],
  testEnvironment: "node",
  // Jest crawls its roots whole: caches and tools lie outside of them.
  roots: ["infra", "services", "apps", "tests", "bench"].map((top) => path.join(__dirname, top)),

  modulePathIgnorePatterns: ["/dist/", "/\\.tools/", "/\\.cache/", "/\\.state/"],
};

module.exports = {
  watchman: false,
  // Against hangs alone: a busy computer is slower than any expectation, and what a test claims about time it measures itself.
  testTimeout: 300_000,
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["<rootDir>/{infra,services,apps,bench}/**/*.test.{ts,tsx}", "<rootDir>/tests/e2e/src/**/*.test.ts"],
    },
    {
      ...shared,
      displayName: "services",
      testMatch: ["<rootDir>/services/parse/src/**/*.itest.ts"],
      globalSetup: "<rootDir>/tests/e2e/src/servicesSetup.ts",
      globalTeardown: "<rootDir>/tests/e2e/src/servicesTeardown.ts",
    },
    { ...shared, displayName: "hosts", testMatch: ["<rootDir>/infra/{machines,ansible,runner}/src/**/*.itest.ts"] },
    {
      ...shared,
      displayName: "siteless",
      testMatch: ["<rootDir>/tests/e2e/stories/siteless/*.story.ts"],
      globalSetup: "<rootDir>/tests/e2e/src/sitelessSetup.ts",
      globalTeardown: "<rootDir>/tests/e2e/src/sitelessTeardown.ts",
    },
    {
      ...shared,
      displayName: "e2e",
      testMatch: ["<rootDir>/tests/e2e/stories/*.story.ts"],
      globalSetup: "<rootDir>/tests/e2e/src/globalSetup.ts",
      globalTeardown: "<rootDir>/tests/e2e/src/globalTeardown.ts",
    },
    {
      ...shared,
      displayName: "deploy",
      testMatch: ["<rootDir>/tests/e2e/stories/deploy/*.story.ts"],
      globalSetup: "<rootDir>/tests/e2e/src/deploySetup.ts",
      globalTeardown: "<rootDir>/tests/e2e/src/deployTeardown.ts",
    },
    {
      ...shared,
      displayName: "trio",
      testMatch: ["<rootDir>/tests/e2e/stories/trio/*.story.ts"],
      globalSetup: "<rootDir>/tests/e2e/src/trioSetup.ts",
      globalTeardown: "<rootDir>/tests/e2e/src/trioTeardown.ts",
    },
  ],
};
