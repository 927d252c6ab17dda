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

/**
 * `path@version integrity` of every package that a workspace needs to run, sorted. A change elsewhere in the lockfile leaves it as it is.
 * Names are resolved as Node does: from the package's own node_modules upwards.
 */
export function productionPackages(lock: PackageLock, workspace: string): string[] {
  const found = new Set<string>();
  const visit = (folder: string) => {
    const entry = lock.packages[folder];
    for (const name of Object.keys({ ...entry?.dependencies, ...entry?.optionalDependencies, ...entry?.peerDependencies })) {
      const at = resolve(lock, folder, name);
      if (!at || found.has(at)) continue;
      found.add(at);
      visit(at);
    }
  };
  visit(workspace);
  return [...found].sort().map((at) => `${at}@${lock.packages[at]!.version} ${lock.packages[at]!.integrity ?? ""}`.trimEnd());
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
