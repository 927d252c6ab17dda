/** What a client's network lets out: everything; 443/tcp to the site alone; that and 3478/udp to the site. */
export type Access = "open" | "https" | "https-and-turn";

/** Where browsers are steered from (playwright): stays open, inwards. */
export const controlPort = 9223;

const allowed: Readonly<Record<Exclude<Access, "open">, readonly string[]>> = {
  https: ["-p tcp --dport 443"],
  "https-and-turn": ["-p tcp --dport 443", "-p udp --dport 3478"],
};

/**
 * The rules of a client's network namespace, for iptables-restore; empty when all is open. What comes in unasked is dropped, too: a packet of the
 * media server would otherwise open the way back for UDP, which no real firewall of this kind does.
 */
export function firewallRules(access: Access, siteAddresses: readonly string[]): string {
  if (access === "open") return "";
  const out = siteAddresses.flatMap((address) =>
    allowed[access].map((what) => `-A OUTPUT -d ${address} ${what} -m conntrack --ctstate NEW -j ACCEPT`),
  );
  return [
    "*filter",
    ":INPUT DROP [0:0]",
    ":FORWARD DROP [0:0]",
    ":OUTPUT DROP [0:0]",
    "-A INPUT -i lo -j ACCEPT",
    "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
    `-A INPUT -p tcp --dport ${controlPort} -j ACCEPT`,
    "-A OUTPUT -o lo -j ACCEPT",
    "-A OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
    ...out,
    "COMMIT",
    "",
  ].join("\n");
}

/** Packets that a chain's policy dropped, out of `iptables -nvxL <chain>`. @throws Error when that is not its output */
export function droppedBy(listing: string): number {
  const found = /^Chain \w+ \(policy (\w+) (\d+) packets/m.exec(listing);
  if (!found) throw new Error(`Expected the listing of a chain, found "${listing.slice(0, 200)}"`);
  return found[1] === "DROP" ? Number(found[2]) : 0;
}
