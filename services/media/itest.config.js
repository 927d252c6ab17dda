"use strict";
// Tests with ffmpeg, and long ones. They run inside of the media server's own image: npm run itest -w services/media.
// Stands alone, because the container has no more of the project than this folder.
module.exports = {
  displayName: "media",
  watchman: false,
  testTimeout: 300_000,
  rootDir: __dirname,
  roots: ["<rootDir>/src"],
  testMatch: ["<rootDir>/src/**/*.itest.ts"],
  transform: {
    "^.+\\.tsx?$": ["@swc/jest", { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" } }],
  },
  cacheDirectory: "/tmp/jest-media",
};
