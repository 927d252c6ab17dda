import { generateSecrets, parseSite } from "@barecast/site";
import { base64sOf, tracesOf } from "./traces";

const site = parseSite("site: x\ndomain: x.localhost\nhosts: {one: {machine: {}}}\n", "x.yaml");

test("a secret is found as it is, in base64, in hexadecimal and by any line of a key; what is public is none", async () => {
  const secrets = { ...(await generateSecrets(site)), own: { gate: "letmein-42" } };
  const found = (text: string) => tracesOf(secrets, Buffer.from(text));
  expect(found(`password ${secrets.turnSecret}.`)).toEqual(["turnSecret"]);
  expect(found(Buffer.from(`${secrets.redisPassword} and more`).toString("base64"))).toEqual(["redisPassword"]);
  for (const before of ["", "a", "ab", "abc"])
    expect(found(Buffer.from(`${before}${secrets.redisPassword}:`).toString("base64"))).toEqual(["redisPassword"]);
  expect(found(Buffer.from(secrets.own.gate).toString("hex"))).toEqual(["own.gate"]);
  expect(found(JSON.stringify({ key: secrets.edgeKey }))).toEqual(["edgeKey"]);
  expect(found(secrets.sshKey.split("\n")[3]!)).toEqual(["sshKey"]);
  expect(found([secrets.caCert, secrets.edgeCert, secrets.registryCert, secrets.sshPublicKey].join("\n"))).toEqual([]);
});

test("base64 of a text is known by what depends on nothing else, wherever it begins", () => {
  expect(base64sOf("secret")).toEqual(["c2VjcmV0", "NlY3Jld", "zZWNyZX"]);
  const encoded = ["", "x", "xy"].map((before) => Buffer.from(`${before}secret!`).toString("base64"));
  expect(encoded.map((text) => base64sOf("secret").map((part) => text.includes(part)))).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ]);
});
