import { ensureMachines, type StartedHost } from "@barecast/machines";
import { openSecrets } from "@barecast/site";
import type { Context } from "../context";
import { loadMachineImages, writeIfOther, type Built } from "./build";

/** Starts the machines that don't run and pins every host's key. Nothing for a site of real servers but the pinning. */
export async function startMachines(context: Context, built: Built): Promise<StartedHost[]> {
  const { site, place } = context;
  const secrets = await openSecrets(site, place);
  writeIfOther(place.sshKey, secrets.sshKey);
  writeIfOther(place.caCert, secrets.caCert, 0o644);
  const hasMachines = site.hosts.some(({ machine }) => machine);
  const started = hasMachines
    ? await context.progress.step("Machines", async (note) => {
        await loadMachineImages(context, built);
        const machines = await ensureMachines(site, {
          image: (host) => built.images[host.machine!.baked ? "machine-baked" : "machine"]!.ref,
          publicKey: secrets.sshPublicKey,
        });
        note(machines.map(({ name, address }) => `${name} ${address}`).join(", "));
        return machines;
      })
    : [];
  const keys = new Map(started.map(({ name, ssh }) => [name, ssh.hostKey]));
  const lines = site.hosts.map(
    ({ name, address, ssh }) => `${ssh.port === 22 ? address : `[${address}]:${ssh.port}`} ${keys.get(name) ?? ssh.hostKey}`,
  );
  writeIfOther(place.knownHosts, `${lines.join("\n")}\n`);
  return started;
}
