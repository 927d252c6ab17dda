import { GenericContainer } from "testcontainers";

/**
 * Relative weight (Docker's `CpuShares`, others have 1024) of what carries pictures while they are judged: other stories' machines, which write
 * images, would make a picture stand still on a computer that is busy with all of them.
 */
export const firstServedShares = 8192;

/** A container that comes first where there is less of the processor than is asked for. */
export class FirstServedContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.CpuShares = firstServedShares;
  }
}
