import { rmSync } from "node:fs";
import { keepingImages } from "@barecast/images";
import { ensureMachines, type StartedHost } from "@barecast/machines";
import { openSecrets, type Host, type Place } from "@barecast/site";
import type { Context } from "../context";
import { loadMachineImages, sharedEngine, writeIfOther, type Built } from "./build";

/**
 * Starts the machines that don't run and pins every host's key. Nothing for a site of real servers but the pinning.
 * @param onStart told when a machine is made or started
 */
export async function startMachines(context: Context, built: Built, onStart: () => void): Promise<StartedHost[]> {
  const { site, place } = context;
  const secrets = await openSecrets(site, place);
  writeIfOther(place.sshKey, secrets.sshKey);
  writeIfOther(place.caCert, secrets.caCert, 0o644);
  const made = new Set<string>();
  const hasMachines = site.hosts.some(({ machine }) => machine);
  const started = hasMachines
    ? await context.progress.step("Machines", async (note) => {
        const machines = await keepingImages(sharedEngine(context), async () => {
          await loadMachineImages(context, built);
          return ensureMachines(site, {
            image: (host) => built.images[host.machine!.baked ? "machine-baked" : "machine"]!.ref,
            publicKey: secrets.sshPublicKey,
            signal: context.signal,
            onProgress: ({ host, status }) => {
              if (status === "creating" || status === "starting") onStart();
              if (status === "created") made.add(host);
              if (status === "stopped")
                context.progress.line(`${host}: No longer in the site file: its machine was stopped. \`down\` removes it with its data`);
            },
          });
        });
        note(machines.map(({ name, address }) => `${name} ${address}`).join(", "));
        return machines;
      })
    : [];
  const keys = new Map(started.map(({ name, ssh }) => [name, ssh.hostKey]));
  pin(place, site.hosts, ({ name, ssh }) => keys.get(name) ?? ssh.hostKey);
  // Everything that the state speaks of lived in machines that are gone: it would be looked for in vain.
  if (made.size === site.hosts.length) rmSync(place.backend, { recursive: true, force: true });
  return started;
}

/** Pins the keys of servers, which stand in the site file; those of machines, which are about to go, are forgotten. */
export const pinServers = (place: Place, servers: readonly Host[]): void => pin(place, servers, ({ ssh }) => ssh.hostKey);

function pin(place: Place, hosts: readonly Host[], keyOf: (host: Host) => string | undefined): void {
  const lines = hosts.map((host) => `${host.ssh.port === 22 ? host.address : `[${host.address}]:${host.ssh.port}`} ${keyOf(host)}`);
  writeIfOther(place.knownHosts, `${lines.join("\n")}\n`);
}
