import { createHash } from "node:crypto";
import type { Other } from "./sharedStream";

/** That a replica plays a camera, since when (ISO 8601). */
export interface Claim {
  readonly run: string;
  readonly since: string;
}

/** What there is to decide on. */
export interface CameraQuestion {
  /** This replica. */
  readonly run: string;
  /** The cameras' streams, by id. */
  readonly cameras: readonly string[];
  /** Since when this replica plays those that it does. */
  readonly held: ReadonlyMap<string, string>;
  readonly others: readonly Other[];
}

/**
 * The cameras that this replica is to play. Who plays one keeps it while it lives; one that nobody plays goes to one of the living, each camera by
 * a lot of its own (rendezvous hashing: all come to the same without asking each other). Pure.
 */
export function camerasToPlay({ run, cameras, held, others }: CameraQuestion): ReadonlySet<string> {
  const living = others.filter(({ isSilent }) => !isSilent);
  const isMine = (camera: string) => {
    const since = held.get(camera);
    const claims = living.flatMap((other) => claimOf(other, camera));
    if (since !== undefined) return claims.every((claim) => outranks(camera, { run, since }, claim));
    return claims.length === 0 && living.every((other) => lot(run, camera) > lot(other.run, camera));
  };
  return new Set(cameras.filter(isMine));
}

/**
 * Of two that play the same camera, whether the first keeps it: the one that has it longer. Two may have taken it at the same moment; or one was
 * only slow to tell that it lives, and then nothing moves but back.
 */
export function outranks(camera: string, one: Claim, other: Claim): boolean {
  if (one.since !== other.since) return one.since < other.since;
  return lot(one.run, camera) > lot(other.run, camera);
}

function claimOf({ run, streams }: Other, camera: string): Claim[] {
  const stream = streams.find(({ view }) => view.id === camera);
  return stream ? [{ run, since: stream.view.startedAt }] : [];
}

function lot(run: string, camera: string): string {
  return createHash("sha256").update(`${run} ${camera}`).digest("hex");
}
