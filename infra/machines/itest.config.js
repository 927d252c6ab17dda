"use strict";
// Tests that need Docker and the machine image: npm run itest -w infra/machines. Not part of `make ok`.
const { projects } = require("../../jest.config.js");
const [unit] = projects;
module.exports = { ...unit, displayName: "machines", rootDir: __dirname, testMatch: ["<rootDir>/src/**/*.itest.ts"] };
