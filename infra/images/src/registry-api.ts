import { readdirSync, readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import path from "node:path";
import type { RegistryOptions } from "./types";

const manifestTypes = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
const timeoutMs = 10_000;

/** The two questions skopeo does not ask the way we need; OCI distribution specification 1.0. */
export interface RegistryApi {
  /** Whether the repository `name` has the manifest. */
  hasManifest(name: string, digest: string): Promise<boolean>;
  /** Makes a blob of one repository known in another, without sending it. False: the registry would rather have it sent. */
  mount(name: string, digest: string, from: string): Promise<boolean>;
  close(): void;
}

export function registryApi(registry: string, { certDir }: RegistryOptions): RegistryApi {
  const ca = readdirSync(certDir)
    .filter((file) => file.endsWith(".crt"))
    .map((file) => readFileSync(path.join(certDir, file)));
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 8 });
  const ask = (method: string, resource: string) =>
    new Promise<{ status: number; location?: string }>((resolve, reject) => {
      const sent = request(`https://${registry}/v2/${resource}`, { method, agent, timeout: timeoutMs, headers: { accept: manifestTypes } });
      sent.on("response", (response) => {
        response.resume();
        response.on("end", () => resolve({ status: response.statusCode!, location: response.headers.location }));
      });
      sent.on("timeout", () => sent.destroy(new Error(`No answer in ${timeoutMs / 1000} s`)));
      sent.on("error", (error) => reject(new Error(`https://${registry}/v2/${resource}: ${error.message}`)));
      sent.end();
    });
  return {
    async hasManifest(name, digest) {
      const { status } = await ask("HEAD", `${name}/manifests/${digest}`);
      if (status !== 200 && status !== 404) throw new Error(`https://${registry}/v2/${name}: Expected 200 or 404, found ${status}`);
      return status === 200;
    },
    async mount(name, digest, from) {
      const { status } = await ask("POST", `${name}/blobs/uploads/?mount=${digest}&from=${from}`);
      return status === 201;
    },
    close: () => agent.destroy(),
  };
}
