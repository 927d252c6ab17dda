import { GenericContainer, Wait } from "testcontainers";
import { testImages } from "./images";
import type { ClientNetwork } from "./networks";
import type { SiteUnderTest } from "./site";

/** One thing that testssl.sh looked at. */
export interface TlsFinding {
  readonly id: string;
  readonly severity: "OK" | "INFO" | "DEBUG" | "LOW" | "MEDIUM" | "HIGH" | "CRITICAL" | "WARN" | "FATAL";
  readonly finding: string;
}

/** What testssl.sh may look at: protocols, groups of ciphers, HTTP headers. */
export type TlsCheck = "protocols" | "std" | "headers";

/** What testssl.sh finds from a client's network, at one of the names that the edge has on 443. */
export async function testTls(
  site: SiteUnderTest,
  network: ClientNetwork,
  name: string,
  wanted: readonly TlsCheck[],
): Promise<TlsFinding[]> {
  const { browser } = await testImages();
  const container = await new GenericContainer(browser)
    .withNetworkMode(network.name)
    .withEntrypoint(["/usr/bin/sleep", "600"])
    .withWaitStrategy(Wait.forSuccessfulCommand("true"))
    .start();
  try {
    await network.admit(container.getId());
    await container.copyContentToContainer([{ content: site.about.ca, target: "/tmp/ca.crt", mode: 0o644 }]);
    const files = ["--add-ca", "/tmp/ca.crt", "--jsonfile", "/tmp/found.json"];
    const checks = [...wanted.map((check) => `--${check}`), "--ip", site.up.machineAddress, "--warnings", "off", "--quiet"];
    const { output } = await container.exec(["testssl", ...files, ...checks, `${name}:443`]);
    const { exitCode, output: found } = await container.exec(["cat", "/tmp/found.json"]);
    if (exitCode !== 0) throw new Error(`testssl: Expected its findings, found none: ${output.slice(-1000)}`);
    return JSON.parse(found) as TlsFinding[];
  } finally {
    await container.stop({ timeout: 0 });
  }
}
