/**
 * Shell functions, for scripts that run in a machine. `root_of memory` prints the folder of all cgroups, where version 1 has one for each
 * controller; `cgroup_of memory ID` that of a container, as Docker's drivers `cgroupfs` and `systemd` name it, and fails when there is none.
 */
export const cgroupFolders = (root = "/sys/fs/cgroup") => `
root_of() { if [ -d ${root}/$1 ]; then echo ${root}/$1; else echo ${root}; fi; }
cgroup_of() {
  for folder in $(root_of $1)/docker/$2 $(root_of $1)/system.slice/docker-$2.scope; do
    [ -d $folder ] && echo $folder && return
  done
  return 1
}
`;

/** Memory that can't be dropped: pages of programs, and of files that lie in memory only. */
export interface Memory {
  readonly anonBytes: number;
  readonly shmemBytes: number;
}

/**
 * Reads a cgroup's `memory.stat`, children included. Version 2 counts them in every field (kernel's Documentation/admin-guide/cgroup-v2.rst),
 * version 1 in those named `total_` (Documentation/admin-guide/cgroup-v1/memory.rst), and calls anonymous memory rss.
 * @throws Error when the fields are not there
 */
export function memoryOf(stat: string): Memory {
  const fields = new Map(stat.split("\n").map((line) => line.split(" ") as [string, string]));
  const isFirstVersion = fields.has("total_rss");
  const [anon, shmem] = isFirstVersion ? ["total_rss", "total_shmem"] : ["anon", "shmem"];
  const bytes = (name: string) => {
    const value = fields.get(name);
    if (value === undefined || !/^\d+$/.test(value))
      throw new Error(`memory.stat: Expected a number at ${name}, found ${value ?? "no such field"}`);
    return Number(value);
  };
  return { anonBytes: bytes(anon!), shmemBytes: bytes(shmem!) };
}

export const megabytes = ({ anonBytes, shmemBytes }: Memory): number => (anonBytes + shmemBytes) / 1e6;
