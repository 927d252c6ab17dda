import { mkdir, open, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { RunnerError } from "../api";
import { type Ciphertexts, type Deployment, manifest, openDeployment, sealDeployment, type Snapshot } from "./checkpoint";
import { Crypter } from "./secrets";

/** Where the CLI's file backend keeps a stack. */
export const stackFile = (backend: string, project: string, stack: string): string =>
  path.join(backend, ".pulumi", "stacks", project, `${stack}.json`);

/** The state file of one stack: read once, written whole, and only when it says something new. */
export class StateFile {
  /** Whether this run wrote the file. */
  isWritten = false;
  private known: Ciphertexts = new Map();
  private writing: Promise<void> | undefined;
  private next: Snapshot | undefined;

  private constructor(
    private readonly file: string,
    private readonly name: string,
    private readonly crypter: Crypter,
    private last: Deployment | undefined,
  ) {}

  /** @throws RunnerError `bad-state`, `wrong-passphrase` */
  static async open(o: {
    backend: string;
    project: string;
    stack: string;
    passphrase: string;
    salt?: string;
  }): Promise<[StateFile, Snapshot]> {
    const file = stackFile(o.backend, o.project, o.stack);
    const last = await readDeployment(file);
    const salt = last?.secrets_providers?.state?.salt ?? o.salt;
    const crypter = salt ? await Crypter.open(salt, o.passphrase, file) : await Crypter.create(o.passphrase);
    const state = new StateFile(file, `organization/${o.project}/${o.stack}`, crypter, last);
    return [state, last ? openDeployment(last, crypter, state.known) : { resources: [], pending: [] }];
  }

  /** Resolves when `snapshot`, or a later one, is on the disk. */
  async save(snapshot: Snapshot): Promise<void> {
    this.next = snapshot;
    this.writing ??= this.drain();
    return this.writing;
  }

  private async drain(): Promise<void> {
    // The first turn lets all that ended in this tick share one write.
    await Promise.resolve();
    try {
      while (this.next) {
        const snapshot = this.next;
        this.next = undefined;
        await this.write(snapshot);
      }
    } finally {
      this.writing = undefined;
    }
  }

  private async write(snapshot: Snapshot): Promise<void> {
    const head = this.last?.manifest ?? manifest(undefined, new Date().toISOString());
    const deployment = sealDeployment(snapshot, this.crypter, this.known, head);
    if (this.last ? isDeepStrictEqual(comparable(deployment), comparable(this.last)) : isBlank(snapshot)) return;
    deployment.manifest = manifest(this.last?.manifest.version, new Date().toISOString());
    const text = JSON.stringify({ version: 3, checkpoint: { stack: this.name, latest: deployment } }, null, 1) + "\n";
    await mkdir(path.dirname(this.file), { recursive: true, mode: 0o700 });
    await ensureMeta(path.join(this.file, "../../../meta.yaml"));
    await writeDurably(this.file, text);
    this.last = deployment;
    this.isWritten = true;
  }
}

const isBlank = (snapshot: Snapshot): boolean => snapshot.resources.length === 0 && snapshot.pending.length === 0;
const comparable = ({ resources = [], pending_operations = [], secrets_providers }: Deployment): unknown =>
  JSON.parse(JSON.stringify({ resources, pending_operations, secrets_providers }));

async function readDeployment(file: string): Promise<Deployment | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const { version, checkpoint } = JSON.parse(text) as { version: number; checkpoint: { latest?: Deployment } };
    if (version !== 3) throw new Error(`expected version 3, found ${version}`);
    return checkpoint.latest;
  } catch (error) {
    const reason = (error as Error).message;
    throw new RunnerError("bad-state", `${file}: Expected a Pulumi checkpoint, but ${reason}. Restore the file from a copy`);
  }
}

async function ensureMeta(file: string): Promise<void> {
  const handle = await open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return undefined;
    throw error;
  });
  await handle?.writeFile("version: 1\n");
  await handle?.close();
}

/** Writes a file so that after a crash it is the old one or the new one, whole. The stack's lock is held: a draft that is there was left by a killed run. */
async function writeDurably(file: string, text: string): Promise<void> {
  const draft = `${file}.draft`;
  const handle = await open(draft, "w", 0o600);
  await handle.writeFile(text);
  await handle.sync();
  await handle.close();
  await rename(draft, file);
  const folder = await open(path.dirname(file), "r");
  await folder.sync();
  await folder.close();
}
