import { loadSite, placeOf } from "@barecast/site";
import { run } from "./command";
import { projectFolder } from "./project";

/** What `barecast up --json` prints on its last line. */
export interface UpResult {
  readonly address: string;
  readonly port: number;
  readonly machineAddress: string;
  readonly operator: Login;
  readonly reporter: Login;
  readonly admin: Login;
  readonly caFile: string;
}
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** `./barecast <verb>` for one site file, as a person types it. */
export class Barecast {
  constructor(
    readonly siteFile: string,
    private readonly env: NodeJS.ProcessEnv = {},
  ) {}

  async up(siteFile = this.siteFile): Promise<UpResult> {
    const output = await this.verb(["up", "--json"], 45 * 60_000, siteFile);
    return upResult(output);
  }
  async down(): Promise<string> {
    return this.verb(["down"], 5 * 60_000);
  }
  /** Sets a secret that the site file names; it takes effect with the next `up`. */
  async setSecret(name: string, value: string): Promise<void> {
    await this.verb(["secrets", "set", name], 60_000, this.siteFile, value);
  }
  /** Where the site's state lies on this computer. */
  get stateFolder(): string {
    return placeOf(projectFolder, loadSite(this.siteFile).name, { ...process.env, ...this.env }).state;
  }
  /** @returns what it prints @throws CommandFailed */
  verb(args: readonly string[], withinMs: number, siteFile = this.siteFile, input?: string): Promise<string> {
    return run(["./barecast", ...args], { cwd: projectFolder, env: { ...process.env, ...this.env, SITE: siteFile }, withinMs, input });
  }
}

/** The last line of `up --json`. @throws Error when it is not what was agreed */
export function upResult(output: string): UpResult {
  const line = output.trimEnd().split("\n").at(-1) ?? "";
  let result: Partial<UpResult>;
  try {
    result = JSON.parse(line) as Partial<UpResult>;
  } catch {
    throw new Error(`barecast up --json: Expected a line of JSON at the end, found "${line.slice(0, 200)}"`);
  }
  const missing = (["address", "port", "machineAddress", "operator", "reporter", "admin", "caFile"] as const).filter(
    (key) => result[key] === undefined,
  );
  if (missing.length > 0) throw new Error(`barecast up --json: Expected ${missing.join(", ")} in ${line.slice(0, 200)}`);
  return result as UpResult;
}
