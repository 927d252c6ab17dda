import { withLock, type LockOptions } from "@barecast/waiting";

/** Takes a lock for longer than a function runs. @returns what gives it back @throws Error as `withLock` */
export function heldLock(file: string, options: LockOptions): Promise<() => Promise<void>> {
  return new Promise((taken, refused) => {
    const run: Promise<void> = withLock(file, options, () => new Promise((done) => taken(() => (done(), run))));
    run.catch(refused);
  });
}
