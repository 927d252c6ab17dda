/** The part of package-lock.json (version 3) that is read here. */
export interface PackageLock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly version?: string;
        readonly integrity?: string;
        readonly dependencies?: Readonly<Record<string, string>>;
        readonly optionalDependencies?: Readonly<Record<string, string>>;
        readonly peerDependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
}

/** Packages that are not needed to run, by the name of the package that asks for them: what a browser loads, and has in a bundle already. */
export type Without = Readonly<Record<string, readonly string[]>>;

/**
 * Folders (from the lockfile's) of every package that a workspace needs to run, sorted. Names are resolved as Node does: from the package's own
 * node_modules upwards.
 */
export function productionFolders(lock: PackageLock, workspace: string, without: Without = {}): string[] {
  const found = new Set<string>();
  const visit = (folder: string) => {
    const entry = lock.packages[folder];
    const left = new Set(without[folder.split("node_modules/").at(-1)!]);
    for (const name of Object.keys({ ...entry?.dependencies, ...entry?.optionalDependencies, ...entry?.peerDependencies })) {
      if (left.has(name)) continue;
      const at = resolve(lock, folder, name);
      if (!at || found.has(at)) continue;
      found.add(at);
      visit(at);
    }
  };
  visit(workspace);
  return [...found].sort();
}

/** The same with versions, as `path@version integrity`. A change elsewhere in the lockfile leaves it as it is. */
export function productionPackages(lock: PackageLock, workspace: string, without: Without = {}): string[] {
  return productionFolders(lock, workspace, without).map((at) =>
    `${at}@${lock.packages[at]!.version} ${lock.packages[at]!.integrity ?? ""}`.trimEnd(),
  );
}

function resolve(lock: PackageLock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = parent(folder)) {
    const candidate = folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`;
    if (lock.packages[candidate]) return candidate;
    if (!folder) return undefined;
  }
}

function parent(folder: string): string {
  const at = folder.lastIndexOf("/");
  return at < 0 ? "" : folder.slice(0, at);
}
