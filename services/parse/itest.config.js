"use strict";
// Tests that need PostgreSQL with PostGIS and Redis on this machine: npm run itest -w services/parse. Not part of `make ok`.
const { projects } = require("../../jest.config.js");
const [unit] = projects;
module.exports = { ...unit, displayName: "parse with its database", rootDir: __dirname, testMatch: ["<rootDir>/src/**/*.itest.ts"] };
