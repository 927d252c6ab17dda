import { run } from "./run";

export type EngineTitle = "pulumi" | "runner";

/** Which engine this computer has, and what its operator may not expect of that. */
export async function engineHere(): Promise<{ readonly title: EngineTitle; readonly remark?: string }> {
  const { code, stdout } = await run("pulumi", ["plugin", "ls", "--json"], { timeoutMs: 10_000 });
  if (code === 127) return { title: "runner" };
  const plugins = code === 0 ? (JSON.parse(stdout || "[]") as { name: string }[]) : [];
  if (plugins.some(({ name }) => name === "docker")) return { title: "pulumi" };
  return {
    title: "runner",
    remark: "pulumi: found without its Docker plugin, so the runner acts. Type: pulumi plugin install resource docker",
  };
}
