import { execFileSync } from "node:child_process";

/** In a plain Node process: Jest's modules are its own. */
const program = (file: string) => `
  const { transformFileSync } = require("@swc/core");
  const options = { module: { type: "commonjs" }, jsc: { parser: { syntax: "typescript" } } };
  require.extensions[".ts"] = (module, file) => module._compile(transformFileSync(file, options).code, file);
  require(${JSON.stringify(file)});
  const { children } = require.cache[Object.keys(require.cache).find((name) => name.endsWith("kurento-jsonrpc/lib/index.js"))];
  const tables = children.map(({ exports }) => exports.name).filter((name) => /table|mapper/i.test(name));
  process.stdout.write(JSON.stringify([require("node:events").usingDomains, "domain" in require.cache, require("domain").active, tables]));
`;

test("who loads kurento-client has no domains from it, and may load them himself; its requests are in the table that is given to it", () => {
  const out = execFileSync(process.execPath, ["--no-deprecation", "-e", program(require.resolve("./kurento"))], { cwd: __dirname });
  expect(JSON.parse(String(out))).toEqual([false, false, null, ["RequestTable"]]);
});
