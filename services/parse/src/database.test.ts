import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ParseConfig } from "./config";
import { databaseProblem } from "./database";

const configOf = (port: number) => ({ database: { host: "127.0.0.1", port, name: "parse", user: "parse" } }) as ParseConfig;
const problemAt = (port: number) => databaseProblem(configOf(port), { postgres: "a password" } as never);

/** Listens, tells its port, and never takes a connection: with its short queue full, the kernel answers no further one. */
const deaf = `
  const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    process.send(server.address().port, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });`;

let child: ChildProcess;
const waiting: Socket[] = [];
afterEach(() => {
  for (const socket of waiting) socket.destroy();
  child.kill("SIGKILL");
});

test("an address that neither takes a connection nor refuses it is asked anew before long", async () => {
  child = spawn(process.execPath, ["-e", deaf], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [port] = (await once(child, "message")) as [number];
  for (let at = 0; at < 4; at++) waiting.push(connect({ host: "127.0.0.1", port }).on("error", () => undefined));
  expect(await problemAt(port)).toBe(`parse@127.0.0.1:${port}/parse: No database answers: No connection within 500 ms`);
});
