import { spawn } from "node:child_process";
import path from "node:path";
import { DockerProxy } from "./testing/dockerProxy";
import { Harness } from "./testing/harness";
import { PLATFORM } from "./testing/platform";

/*
 * Against a real Docker that is a swarm manager and has an image base:bookworm with `sleep`:
 *   BARECAST_RUNNER_DOCKER=/path/docker.sock npx jest --selectProjects=unit --testPathPatterns runner/src/integration
 */
const socket = process.env["BARECAST_RUNNER_DOCKER"];
const withDocker = socket ? describe : describe.skip;
const COMPILED = path.join(__dirname, "..", "dist", "index.js");

jest.setTimeout(600_000);

withDocker("against a real Docker", () => {
  let harness: Harness;
  let docker: DockerProxy;
  beforeEach(async () => {
    harness = new Harness("wire", { "program.js": PLATFORM });
    docker = new DockerProxy(socket!);
    await harness.start(docker as never);
  });
  afterEach(() => harness.stop());

  const KINDS = { services: "", networks: "", secrets: "", configs: "" };

  /** What carries the site's label, by kind; and whether each service's tasks run. */
  async function site(): Promise<Record<string, string[]>> {
    const filters = JSON.stringify({ label: ["barecast.site=wire"] });
    type Named = { Name?: string; Spec?: { Name: string } };
    const found = Object.keys(KINDS).map(async (kind): Promise<[string, string[]]> => {
      const list = await docker.ask<Named[]>(`/${kind}`, { filters });
      return [kind, list.map(({ Name, Spec }) => Name ?? Spec?.Name ?? "").sort()];
    });
    const { Volumes } = await docker.ask<{ Volumes: Named[] | null }>("/volumes", { filters });
    return { ...Object.fromEntries(await Promise.all(found)), volumes: (Volumes ?? []).map(({ Name }) => Name ?? "") };
  }

  async function versions(): Promise<unknown> {
    const filters = JSON.stringify({ label: ["barecast.site=wire"] });
    const services = await docker.ask<{ ID: string; Version: { Index: number } }[]>("/services", { filters });
    const tasks = await docker.ask<{ ID: string; ServiceID: string; DesiredState: string }[]>("/tasks");
    const own = tasks.filter(({ ServiceID, DesiredState }) => DesiredState === "running" && services.some(({ ID }) => ID === ServiceID));
    return { services: services.map(({ ID, Version }) => [ID, Version.Index]).sort(), tasks: own.map(({ ID }) => ID).sort() };
  }

  /** Events that change something, between two times. */
  async function eventsSince(since: number): Promise<string[]> {
    const type = ["container", "service", "network", "volume", "secret", "config", "node", "image"];
    const query = { since: String(since / 1000), until: String(Date.now() / 1000), filters: JSON.stringify({ type }) };
    return new Promise((resolve, reject) => {
      const child = spawn("curl", ["-s", "--unix-socket", socket!, `http://docker/events?${new URLSearchParams(query).toString()}`]);
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
      child.on("error", reject);
      child.on("close", () =>
        resolve(text.split("\n").filter((line) => line && !line.includes("exec_") && !line.includes("health_status"))),
      );
    });
  }

  async function killedAtWrite(n: number, config: Record<string, string>): Promise<number> {
    const { onEvent: _onEvent, signal: _signal, ...options } = harness.options(config);
    const script = `require(${JSON.stringify(COMPILED)}).up(${JSON.stringify(options)}).catch(() => process.exit(1))`;
    const child = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
    let count = 0;
    docker.onWrite = () => {
      count++;
      if (count === n) child.kill("SIGKILL");
    };
    await new Promise((resolve) => child.once("exit", resolve));
    docker.onWrite = () => {};
    return count;
  }

  async function expectWhole(config: Record<string, string>): Promise<void> {
    await harness.run("up", config);
    const [state, before, since] = [harness.stateText(), await versions(), Date.now()];
    const noop = await harness.run("up", config);
    expect({ changes: noop.changes, isStateWritten: noop.isStateWritten, writes: docker.writes }).toEqual({
      changes: { same: 7 },
      isStateWritten: false,
      writes: [],
    });
    expect([harness.stateText(), await versions(), await eventsSince(since)]).toEqual([state, before, []]);
    const found = await site();
    expect(Object.fromEntries(Object.entries(found).map(([kind, names]) => [kind, names.length]))).toEqual({
      services: 2,
      networks: 1,
      secrets: 1,
      configs: 1,
      volumes: 1,
    });
  }

  async function expectNothingLeft(): Promise<void> {
    await harness.run("destroy");
    expect(await site()).toEqual({ services: [], networks: [], secrets: [], configs: [], volumes: [] });
  }

  test("killed at each write of a first up, then at each of an update", async () => {
    for (let n = 1; n <= 6; n++) {
      expect(await killedAtWrite(n, {})).toBeGreaterThanOrEqual(n);
      await expectWhole({});
      await expectNothingLeft();
    }
    await expectWhole({});
    for (let n = 1; n <= 5; n++) {
      const content = `content ${n}`;
      expect(await killedAtWrite(n, { content })).toBeGreaterThanOrEqual(n);
      await expectWhole({ content });
    }
    await expectNothingLeft();
  });

  test("a command that fails is told with its log lines, then repaired; so is a bad update", async () => {
    const broken = PLATFORM.replace('commands: ["sleep"], args: ["infinity"]', 'commands: ["sh", "-c"], args: ["echo no camera; exit 3"]');
    harness.write("program.js", broken);
    await expect(harness.run("up", { timeout: "8s" })).rejects.toMatchObject({
      code: "step-failed",
      evidence: expect.arrayContaining([expect.stringContaining("non-zero exit (3)"), "log: no camera"]) as string[],
    });
    harness.write("program.js", PLATFORM);
    await expectWhole({});
    harness.write("program.js", broken);
    await expect(harness.run("up", {})).rejects.toMatchObject({
      code: "step-failed",
      message: expect.stringContaining("rolled the update back") as string,
    });
    harness.write("program.js", PLATFORM);
    await expectWhole({});
    await expectNothingLeft();
  });
});
