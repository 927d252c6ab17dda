import { textOf } from "@barecast/site";
import type Docker from "dockerode";

import { createOptions } from "./create-options";
import { MachineError } from "./errors";
import { portProblem } from "./loopback";
import type { MachineSpec } from "./spec";

/**
 * Makes and starts a machine's container. Docker itself says whether a loopback port is free (it may bind ports this process may not):
 * a container that could not have its port is removed and made again with the next one. @returns its id.
 */
export async function createMachine(docker: Docker, spec: MachineSpec): Promise<string> {
  for (const port of spec.published?.candidates ?? [undefined]) {
    const container = await docker.createContainer(createOptions(spec, port)).catch((error: Error) => {
      throw translated(spec, error);
    });
    try {
      await container.start();
      return container.id;
    } catch (error) {
      // Without its volumes: they may hold what an earlier machine kept.
      await container.remove({ force: true });
      if (!isPortTaken(error as Error)) throw translated(spec, error as Error);
    }
  }
  throw portTaken(spec, spec.published!.candidates);
}

const portTaken = ({ hostname }: MachineSpec, ports: readonly number[]) =>
  new MachineError("machines.port-taken", textOf(portProblem(hostname, ports)));

/** Starts a machine that was made before: its port is the one it was made with. */
export async function startMachine(docker: Docker, id: string, spec: MachineSpec, publicPort: number | undefined): Promise<void> {
  await docker
    .getContainer(id)
    .start()
    .catch((error: Error) => {
      throw publicPort !== undefined && isPortTaken(error) ? portTaken(spec, [publicPort]) : translated(spec, error);
    });
}

const isPortTaken = ({ message }: Error) => /port is already allocated|bind: address already in use|listen tcp.*in use/.test(message);

function translated(spec: MachineSpec, error: Error & { statusCode?: number }): Error {
  const { message, statusCode } = error;
  if (statusCode === 404 && /no such image/i.test(message)) {
    return new MachineError(
      "machines.image-missing",
      `${spec.name}: Expected the image ${spec.image} in Docker, found none. Build it: barecast up`,
    );
  }
  if (statusCode === 409) {
    return new MachineError(
      "machines.name-taken",
      `${spec.name}: Expected this container name to be free, found a container without the site's labels. Remove or rename it: docker rm -f ${spec.name}`,
    );
  }
  if (/Address already in use/i.test(message)) {
    return new MachineError(
      "machines.wrong-address",
      `${spec.name}: Expected the address ${spec.address} to be free, found it in use in ${spec.network.name}. See: docker network inspect ${spec.network.name}`,
    );
  }
  return error;
}
