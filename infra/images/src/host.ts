import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import type { BuildHost } from "./plan";

const caBundle = "/etc/ssl/certs/ca-certificates.crt";
const passed = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE"];

/** What this machine is like. */
export function describeHost(project: string): BuildHost {
  return {
    node: projectNode(project),
    uid: process.getuid!(),
    gid: process.getgid!(),
    mirror: debianMirror(),
    caBundle: existsSync(caBundle) ? caBundle : undefined,
    passEnv: passed.filter((name) => process.env[name] !== undefined),
  };
}

/** The project's own Node, whose version the image table names; it may not be the one that runs us. */
function projectNode(project: string): string {
  const own = path.join(project, ".tools/bin/node");
  return realpathSync(existsSync(own) ? own : process.execPath);
}

function debianMirror(): BuildHost["mirror"] {
  if (!existsSync("/etc/os-release")) return undefined;
  const release = readFileSync("/etc/os-release", "utf8");
  if (!/^ID=debian$/m.test(release)) return undefined;
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(release)?.[1];
  const listing = execFileSync("apt-get", ["indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Identifier: Packages"], {
    encoding: "utf8",
  });
  return codename ? mirrorOf(listing, codename) : undefined;
}

/** The Debian mirrors among apt's index targets (lines of `uri release component`): those that serve the machine's own release. */
export function mirrorOf(listing: string, codename: string): BuildHost["mirror"] {
  const rows = listing.split("\n").map((line) => line.split(" "));
  const serving = (release: string) => rows.find((row) => row[1] === release && row[2] === "main")?.[0]?.replace(/\/$/, "");
  const main = serving(codename);
  return main ? { main, security: serving(`${codename}-security`) } : undefined;
}
