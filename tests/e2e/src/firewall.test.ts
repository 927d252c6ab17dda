import { droppedBy, firewallRules } from "./firewall";

test("an open network has no rules", () => {
  expect(firewallRules("open", ["172.30.241.10"])).toBe("");
});

test("only 443/tcp and 3478/udp to the site", () => {
  expect(firewallRules("https-and-turn", ["172.30.241.10"])).toBe(`*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A INPUT -p tcp --dport 9223 -j ACCEPT
-A OUTPUT -o lo -j ACCEPT
-A OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A OUTPUT -d 172.30.241.10 -p tcp --dport 443 -m conntrack --ctstate NEW -j ACCEPT
-A OUTPUT -d 172.30.241.10 -p udp --dport 3478 -m conntrack --ctstate NEW -j ACCEPT
COMMIT
`);
});

test("443/tcp alone, to each host of the site", () => {
  const rules = firewallRules("https", ["172.30.241.10", "172.30.241.11"]).split("\n");
  expect(rules.filter((rule) => rule.includes("NEW"))).toEqual([
    "-A OUTPUT -d 172.30.241.10 -p tcp --dport 443 -m conntrack --ctstate NEW -j ACCEPT",
    "-A OUTPUT -d 172.30.241.11 -p tcp --dport 443 -m conntrack --ctstate NEW -j ACCEPT",
  ]);
});

test("dropped packets are counted where the policy drops", () => {
  const listing = (policy: string) =>
    `Chain OUTPUT (policy ${policy} 42 packets, 2520 bytes)\n    pkts      bytes target     prot opt in     out\n`;
  expect([droppedBy(listing("DROP")), droppedBy(listing("ACCEPT"))]).toEqual([42, 0]);
  expect(() => droppedBy("iptables: Permission denied")).toThrow('Expected the listing of a chain, found "iptables: Permission denied"');
});
