import { GenericContainer } from "testcontainers";
import { docker } from "./session";

/**
 * Relative weight (Docker's `CpuShares`, others have 1024) of what carries pictures while they are judged: other stories' machines, which write
 * images, would make a picture stand still on a computer that is busy with all of them.
 */
const firstServedShares = 8192;

/** A container that comes first where there is less of the processor than is asked for. */
export class FirstServedContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.CpuShares = firstServedShares;
  }
}

/** Lets a machine that runs already come first as well, until it is removed: what is played there is judged. */
export const serveFirst = (container: string): Promise<unknown> => docker.getContainer(container).update({ CpuShares: firstServedShares });
