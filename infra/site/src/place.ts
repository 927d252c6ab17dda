import { homedir } from "node:os";
import path from "node:path";

/** Where a site's own files lie on the operator's computer. All but `ageKey` are inside the project folder, and in no commit. */
export interface Place {
  readonly state: string;
  /** The site's encrypted secrets. */
  readonly secrets: string;
  /** The private key that opens them: outside the project, mode 0600. */
  readonly ageKey: string;
  readonly caCert: string;
  readonly sshKey: string;
  readonly knownHosts: string;
  /** Folder that holds `.pulumi/`. */
  readonly backend: string;
  readonly ansible: string;
}

/** `env.BARECAST_STATE` and `env.BARECAST_AGE_KEY_FILE` move the state and the key (CI, tests). */
export function placeOf(project: string, site: string, env: NodeJS.ProcessEnv): Place {
  const state = path.join(env.BARECAST_STATE ?? path.join(project, ".state"), site);
  const home = env.XDG_CONFIG_HOME ?? path.join(env.HOME ?? homedir(), ".config");
  return {
    state,
    secrets: path.join(state, "secrets.age"),
    ageKey: env.BARECAST_AGE_KEY_FILE ?? path.join(home, "barecast", `${site}.agekey`),
    caCert: path.join(state, "ca", "ca.crt"),
    sshKey: path.join(state, "ssh", "id_ed25519"),
    knownHosts: path.join(state, "ssh", "known_hosts"),
    backend: path.join(state, "pulumi"),
    ansible: path.join(state, "ansible"),
  };
}
