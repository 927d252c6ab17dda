import { exclusively } from "./exclusively";

/** Gives the lock back: set by `beginSiteless`, for `endSiteless` in the same process. */
let end: (() => Promise<void>) | undefined;

/** Before the first story that needs no site. @throws Error who else is at work on this computer */
export async function beginSiteless(): Promise<void> {
  end = await exclusively("siteless");
}

/** After the last. */
export async function endSiteless(): Promise<void> {
  await end?.();
}
