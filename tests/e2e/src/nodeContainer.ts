import { GenericContainer } from "testcontainers";

/** A container on the reaper's image, which has Node, that is no reaper. */
export class NodeContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    // Testcontainers takes any container of the reaper's image for the reaper, which removes itself when it ends.
    this.hostConfig.AutoRemove = false;
  }
}
