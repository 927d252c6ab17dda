import path from "node:path";
import { loadSite, openSecrets, placeOf, type SiteSecrets } from "@barecast/site";
import { run } from "./command";
import { projectFolder } from "./project";
import { Running } from "./running";

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
    private readonly checkout = projectFolder,
  ) {}

  /** The same site by another checkout of the project, with the cache in it. */
  by(checkout: string): Barecast {
    return new Barecast(this.siteFile, { ...this.env, BARECAST_CACHE: path.join(checkout, ".cache") }, checkout);
  }

  async up(siteFile = this.siteFile): Promise<UpResult> {
    const output = await this.verb(["up", "--json"], 45 * 60_000, siteFile);
    return upResult(output);
  }
  async down(): Promise<string> {
    return this.verb(["down"], 10 * 60_000);
  }
  /** Sets a secret that the site file names; it takes effect with the next `up`. */
  async setSecret(name: string, value: string): Promise<void> {
    await this.verb(["secrets", "set", name], 120_000, this.siteFile, value);
  }
  /** Where the site's state lies on this computer. */
  get stateFolder(): string {
    return this.place.state;
  }
  /** All of the site's secrets, as the operator's key opens them. */
  secrets(): Promise<SiteSecrets> {
    return openSecrets(loadSite(this.siteFile), this.place);
  }
  /** @returns what it prints @throws CommandFailed */
  verb(args: readonly string[], withinMs: number, siteFile = this.siteFile, input?: string): Promise<string> {
    return run(["./barecast", ...args], { ...this.surroundings(siteFile), withinMs, input });
  }
  /** A verb that may be interrupted. */
  begin(...args: readonly string[]): Running {
    return new Running(["./barecast", ...args], this.surroundings(this.siteFile));
  }

  private get place() {
    return placeOf(projectFolder, loadSite(this.siteFile).name, { ...process.env, ...this.env });
  }
  private surroundings(siteFile: string) {
    return { cwd: this.checkout, env: { ...process.env, ...this.env, SITE: siteFile } };
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
