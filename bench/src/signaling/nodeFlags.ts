import { imageTable } from "@barecast/stack/images";

/** Node's flags by which its image runs the signaling server: between the paths of Node and of the program. */
export const nodeFlags: readonly string[] = imageTable.signaling.entrypoint.slice(1, -1);
