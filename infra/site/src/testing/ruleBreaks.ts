// A row for each rule, and nothing else.
import { hostRoles } from "../schema";
import type { Chance } from "./chance";
import { mapAt, type Tree } from "./goodSite";

const portKeys = ["http", "https", "turn", "media", "relay", "registry", "mediaControl", "turnProxy"];
const networks = { overlays: "10.231.0.0/16", gatewayBridge: "10.231.7.0/24", machines: "10.231.7.0/24" };
type NetworkKey = keyof typeof networks;

/** What breaks each rule between keys, by the rule's name, in a file whose every key is right by itself. @returns the key to be named */
export const ruleBreaks: Readonly<Record<string, (tree: Tree, random: Chance) => string>> = {
  everyRoleSomewhere(tree, { below }) {
    (mapAt(tree, "hosts.one")["roles"] as string[]).splice(below(hostRoles.length), 1);
    return "hosts";
  },
  addressOrMachine(tree, { of }) {
    const host = mapAt(tree, "hosts.one");
    const missing = of(["address", "ssh.hostKey", "network"]);
    if (missing === "address") delete host["address"];
    else if (missing === "ssh.hostKey") delete mapAt(host, "ssh")["hostKey"];
    else host["machine"] = {};
    return missing === "ssh.hostKey" ? "hosts.one.ssh.hostKey" : "hosts.one.address";
  },
  addressesApart(tree) {
    mapAt(tree, "hosts")["two"] = { ...mapAt(tree, "hosts.one"), roles: ["media"] };
    return "hosts.two.address";
  },
  oneOfEach(tree, { of, below }) {
    const address = `198.51.100.${1 + below(250)}`;
    mapAt(tree, "hosts")["two"] = { ...mapAt(tree, "hosts.one"), address, roles: [of(["edge", "turn", "store"])] };
    return "hosts";
  },
  noPortTwice(tree, random) {
    const later = 1 + random.below(portKeys.length - 1);
    meet(tree, portKeys[later]!, portIn(tree, portKeys[random.below(later)]!, random), random);
    return `ports.${portKeys[later]}`;
  },
  noPortOfTheHosts(tree, random) {
    const key = random.of(portKeys);
    meet(tree, key, random.of([22, 2377, 4789, 7946]), random);
    return `ports.${key}`;
  },
  sshApart(tree, random) {
    const ports = [2377, 4789, 7946, ...portKeys.map((key) => portIn(tree, key, random))];
    mapAt(tree, "hosts.one.ssh")["port"] = random.of(ports);
    return "hosts.one.ssh.port";
  },
  networksApart(tree, { of }) {
    const [earlier, later] = of<[NetworkKey, NetworkKey]>([
      ["overlays", "gatewayBridge"],
      ["overlays", "machines"],
      ["gatewayBridge", "machines"],
    ]);
    Object.assign(mapAt(tree, "network"), { [later]: networks[later], [earlier]: networks[earlier] });
    return `network.${later}`;
  },
  networksOfTheirSize(tree, { of, below }) {
    const key = of(["overlays", "gatewayBridge", "machines"]);
    const [first, bits] = key === "overlays" ? ["10.90.0.0", 16] : ["10.90.7.0", 24];
    mapAt(tree, "network")[key] = of([
      `${first}/${bits - 1 - below(3)}`,
      `${first}/${bits + 1 + below(3)}`,
      `10.90.7.${1 + below(254)}/${bits}`,
    ]);
    return `network.${key}`;
  },
  passwordNeedsUser(tree) {
    delete mapAt(tree, "cameras.gate")["username"];
    return "cameras.gate.username";
  },
  noUserInUrl(tree, { of }) {
    mapAt(tree, "cameras.gate")["url"] = `${of(["rtsp", "rtsps"])}://${of(["me", "me:pw", ":pw", "m%40e:p%2Fw"])}@10.0.9.11/main`;
    return "cameras.gate.url";
  },
  serviceNamesFit(tree, { below }) {
    const host = "h".repeat(21 + below(11));
    Object.assign(tree, { site: "s".repeat(31), hosts: { [host]: mapAt(tree, "hosts.one") } });
    return `hosts.${host}`;
  },
  kurentoComesFromUpstream(tree) {
    Object.assign(tree, { images: "packages", media: { server: "kurento" } });
    return "media.server";
  },
  accountsApart(tree, { of }) {
    const key = of(["operator", "admin"]);
    const taken = of(["reporter", "verifier", key === "admin" ? "operator" : "verifier"]);
    mapAt(tree, "accounts")[key] = taken;
    return `accounts.${key}`;
  },
};

function portIn(tree: Tree, key: string, { below }: Chance): number {
  const value = mapAt(tree, "ports")[key] as number | { from: number; to: number };
  return typeof value === "number" ? value : value.from + below(value.to - value.from + 1);
}

function meet(tree: Tree, key: string, port: number, { below }: Chance): void {
  const ports = mapAt(tree, "ports");
  ports[key] = typeof ports[key] === "number" ? port : { from: port - below(20), to: port + below(20) };
}
