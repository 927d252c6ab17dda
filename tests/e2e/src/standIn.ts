import { Wait, type StartedTestContainer } from "testcontainers";
import { newAuthority, newServerCertificate } from "@barecast/site/certificates";
import { testImages } from "./images";
import type { SiteNetwork } from "./networks";
import { NodeContainer } from "./nodeContainer";
import { docker, sessionLabels } from "./session";

/** A server in the place of a site, with which the building blocks themselves are tried: pages on 443 and 8443, STUN on 3478 and 40000. */
export interface StandIn {
  readonly network: SiteNetwork;
  readonly domain: string;
  readonly address: string;
  readonly ca: string;
  remove(): Promise<void>;
}

/** Node's own modules only. STUN: a binding request (RFC 8489, 14.2) is answered with XOR-MAPPED-ADDRESS. */
const program = `
const https = require("node:https"), dgram = require("node:dgram"), fs = require("node:fs");
const page = "<!doctype html><title>Stand-in</title><video id=local autoplay muted playsinline></video><video id=remote autoplay muted playsinline></video>";
const options = { cert: fs.readFileSync("/cert.pem"), key: fs.readFileSync("/key.pem") };
const answer = (request, response) => response.writeHead(200, { "content-type": "text/html", "access-control-allow-origin": "*" }).end(page);
const stun = (port) => dgram.createSocket("udp4").on("message", function (request, { address, port: from }) {
  if (request.length < 20 || request.readUInt16BE(0) !== 1) return;
  const response = Buffer.alloc(32);
  response.writeUInt16BE(0x0101, 0); response.writeUInt16BE(12, 2); request.copy(response, 4, 4, 20);
  response.writeUInt16BE(0x0020, 20); response.writeUInt16BE(8, 22); response.writeUInt8(1, 25);
  response.writeUInt16BE(from ^ 0x2112, 26);
  address.split(".").forEach((byte, n) => response.writeUInt8(Number(byte) ^ [0x21, 0x12, 0xa4, 0x42][n], 28 + n));
  this.send(response, from, address);
}).bind(port);
stun(3478); stun(40000);
https.createServer(options, answer).listen(443, () => https.createServer(options, answer).listen(8443, () => console.log("Serving")));
`;

export async function startStandIn(domain = "standin.test"): Promise<StandIn> {
  const [labels, { reaper: node }, authority] = [await sessionLabels(), await testImages(), await newAuthority("Stand-in")];
  const { cert, key } = await newServerCertificate(authority, [domain]);
  const name = `barecast-standin-${process.pid}`;
  const network = await docker.createNetwork({ Name: name, Driver: "bridge", Labels: labels });
  const container: StartedTestContainer = await new NodeContainer(node)
    // Its image is the reaper's, who is found by this label, and removes nothing that has it.
    .withLabels({ ...labels, "org.testcontainers.ryuk": "false" })
    .withNetworkMode(name)
    .withEntrypoint(["node", "/server.js"])
    .withCopyContentToContainer([
      { content: program, target: "/server.js" },
      { content: cert, target: "/cert.pem" },
      { content: key, target: "/key.pem" },
    ])
    .withWaitStrategy(Wait.forLogMessage("Serving"))
    .start();
  const address = container.getIpAddress(name);
  const { IPAM } = (await network.inspect()) as { IPAM: { Config: { Subnet: string }[] } };
  return {
    network: { name, subnet: IPAM.Config[0]!.Subnet, addresses: [address] },
    domain,
    address,
    ca: authority.cert,
    async remove() {
      await container.stop({ timeout: 0 });
      await network.remove();
    },
  };
}
