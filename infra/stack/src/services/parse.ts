import { attach, rangesOf } from "../networks";
import { memory, nodeHealth, oneForEach, partOf, publicPorts, scratch, type Part, type StackInput } from "../part";
import { routed } from "./traefik";

/** Accounts made at the first start. The verifier is nobody's: `barecast verify` signs in with it. */
export const accounts = ({ site, secrets }: StackInput) => [
  { username: site.accounts.operator, roles: ["operator"], password: secrets.operatorPassword },
  { username: site.accounts.admin, roles: ["admin"], password: secrets.adminPassword },
  { username: "reporter", roles: ["reporter"], password: secrets.reporterPassword },
  { username: "verifier", roles: ["operator", "reporter"], password: secrets.verifierPassword },
];

const config = (input: StackInput) => {
  const { site } = input;
  return {
    listen: 1337,
    mountPath: "/api",
    publicUrl: `https://${site.domain}/api`,
    origins: originsOf(input),
    database: { host: "postgres", port: 5432, name: "parse", user: "parse" },
    accounts: accounts(input).map(({ username, roles }) => ({ username, roles })),
    masterKeyIps: rangesOf(site, "edge", "core"),
    trustedProxies: rangesOf(site, "edge", "core"),
    dashboard: true,
    logLevel: site.logLevel,
  };
};

/** The one origin of people; a replica whose port on this computer is another one has two. */
export const originsOf = (input: StackInput) =>
  publicPorts(input).map((port) => `https://${input.site.domain}${port === 443 ? "" : `:${port}`}`);

export const parse = (input: StackInput): Part => {
  const { site, secrets } = input;
  return partOf(input, {
    key: "parse",
    image: "parse",
    networks: [attach(site, "edge", "parse"), attach(site, "core", "parse")],
    env: { CONFIG: "/etc/barecast/parse.json" },
    tmpfs: [scratch("/tmp", 64)],
    labels: routed(site, "parse", 1337, "PathPrefix(`/api`)", { healthPath: "/health" }),
    configFiles: [{ key: "parse-config", path: "/etc/barecast/parse.json", content: `${JSON.stringify(config(input), null, 2)}\n` }],
    secretFiles: [
      { key: "parse-postgres", path: "/run/secrets/postgres", content: secrets.postgresPassword },
      { key: "parse-master", path: "/run/secrets/parse-master", content: secrets.parseMasterKey },
      { key: "parse-maintenance", path: "/run/secrets/parse-maintenance", content: secrets.parseMaintenanceKey },
      { key: "parse-read-only", path: "/run/secrets/parse-read-only", content: secrets.parseReadOnlyMasterKey },
      ...accounts(input).map(({ username, password }) => ({
        key: `parse-account-${username}`,
        path: `/run/secrets/account-${username}`,
        content: password,
      })),
    ],
    healthcheck: nodeHealth("http://127.0.0.1:1337/health", 70_000),
    ...oneForEach(site, "apps"),
    memoryBytes: memory(512),
  });
};
