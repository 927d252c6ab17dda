import { execFileSync } from "node:child_process";

/** In a plain Node process: Jest's modules are its own. */
const program = (file: string) => `
  const { transformFileSync } = require("@swc/core");
  const options = { module: { type: "commonjs" }, jsc: { parser: { syntax: "typescript" } } };
  require.extensions[".ts"] = (module, file) => module._compile(transformFileSync(file, options).code, file);
  require(${JSON.stringify(file)});
  process.stdout.write(JSON.stringify([require("node:events").usingDomains, "domain" in require.cache, require("domain").active]));
`;

test("who loads kurento-client has no domains from it, and may load them himself", () => {
  const out = execFileSync(process.execPath, ["--no-deprecation", "-e", program(require.resolve("./kurento"))], { cwd: __dirname });
  expect(JSON.parse(String(out))).toEqual([false, false, null]);
});
