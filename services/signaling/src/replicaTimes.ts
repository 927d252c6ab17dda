import { lifeSeconds } from "./sharedStore";

/** How replicas count each other's signs of life, in milliseconds. */
export interface ReplicaTimes {
  /** Between one's own signs of life, and between looks at the others'. */
  readonly renewMs: number;
  /**
   * Without a sign of life: what can be taken back is taken, that is cameras. Should the other live and only be slow, then for a moment two play
   * them, and the viewers on both sides keep their picture; its streams stay until `lifeSeconds` have passed.
   */
  readonly silentMs: number;
  /** After the store came up it may be empty: until every replica that lives must have written, who is missing counts as living. */
  readonly settleMs: number;
  /** How long the others, and their streams on the wall, are remembered while the store cannot say whether they live. */
  readonly keepMs: number;
  /** After the start, without having seen the store: this replica counts as the only one. */
  readonly aloneMs: number;
}
/** What a site takes. */
export const replicaTimes: ReplicaTimes = {
  renewMs: 2000,
  silentMs: 6000,
  settleMs: lifeSeconds * 1000,
  keepMs: 60_000,
  aloneMs: 6000,
};
