"use strict";
// Tests on a real machine, which need Docker, the built images and some minutes: npm run itest -w infra/ansible. Not part of `make ok`.
const { projects } = require("../../jest.config.js");
const [unit] = projects;
module.exports = { ...unit, displayName: "hosts", rootDir: __dirname, testMatch: ["<rootDir>/src/**/*.itest.ts"] };
