import { readFileSync } from "node:fs";
import { addressesOf } from "./addresses";
import { adviceFor } from "./advice";
import { problemsOf, SiteProblems, UserError, type Problem } from "./problems";
import { rules } from "./rules";
import { siteSchema, type SiteFile } from "./schema";
import type { Host, Site } from "./site";
import { valueOf } from "./yaml";

/**
 * Keys of earlier versions, as `docs/site.md` had them, and what to do instead: what they are called now, or why they are gone. A key that is
 * renamed or taken away gets a row.
 */
export const staleKeys: Readonly<Record<string, string>> = { name: "It is called site now" };

const staleKey = (path: string): string | undefined => {
  const key = path.replace(/^(hosts|cameras)\.[^.]+(?=\.)/, "$1.<name>");
  return Object.hasOwn(staleKeys, key) ? staleKeys[key] : undefined;
};

/**
 * Reads and checks a site file.
 * @throws SiteProblems with every problem of the file; UserError `site.missing` when it cannot be read.
 */
export function loadSite(file: string): Site {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(
      "site.missing",
      `${file}: Cannot be read (${(error as NodeJS.ErrnoException).code}). Name a site file: SITE=sites/<name>.yaml`,
    );
  }
  return parseSite(text, file);
}

/** The same for a text. `file` is only for messages. */
export function parseSite(text: string, file: string): Site {
  const root = valueOf(text, file) ?? {};
  const parsed = siteSchema.safeParse(root);
  if (!parsed.success) throw new SiteProblems(file, problemsOf(parsed.error, root, staleKey, adviceFor));
  const problems = rules.flatMap((rule) => rule(parsed.data)).filter((problem): problem is Problem => Boolean(problem));
  if (problems.length > 0) throw new SiteProblems(file, problems);
  return freeze(siteOf(parsed.data, file));
}

function siteOf({ site, hosts, cameras, ...rest }: SiteFile, file: string): Site {
  const addresses = addressesOf({ hosts, network: rest.network });
  return {
    name: site,
    file,
    ...rest,
    hosts: Object.entries(hosts).map(([name, host]): Host => ({ name, ...host, address: addresses[name]! })),
    cameras: Object.entries(cameras).map(([name, { title = name, ...camera }]) => ({ name, title, ...camera })),
  };
}

function freeze<T>(value: T): T {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
