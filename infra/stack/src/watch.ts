import type { ServiceSpec } from "./stack";

/** Docker looks this often for a container's first answer, and begins the next watch so soon after one. */
const FIRST_MS = 1_000;
/** After a failure it is looked again so soon: a database that recovers has some twenty seconds, and what is lost is known before long. */
const AGAIN_MS = 10_000;
/** Looks of one watch: with a look every half a minute, Docker starts a process every five minutes. */
const LOOKS = 10;

/** What the script below goes by: a file that is there once the container was healthy, and seconds. */
export interface Watch {
  readonly mark: string;
  readonly limitS: number;
  readonly pauseS: number;
  readonly failedPauseS: number;
  readonly looks: number;
}

/**
 * POSIX sh; its arguments are the check. It ends with the first success (0) or failure (1) until there was a success, later with the first failure
 * or after many successes. After a failure it looks once, `failedPauseS` later, so that Docker counts failures in a row as it would count the
 * check's own. The mark is empty after a good look, and says so after a failed one. `timeout` and `sleep` are coreutils' or BusyBox's (1.34), whose
 * `timeout` ends with 143 and leaves a process for a moment that the container's init reaps. Docker tells what a failed check printed.
 */
export const watchScript = ({ mark, limitS, pauseS, failedPauseS, looks }: Watch): string => `look() {
  said=$(timeout -k 1 ${limitS} "$@" 2>&1)
  code=$?
  [ $code != 0 ] || return 0
  case $code in 124 | 137 | 143) said="\${said:+$said; }No answer within ${limitS} s" ;; esac
  printf '%s\\n' "$said"
  return 1
}
left=1
[ ! -e ${mark} ] || left=${looks}
[ ! -s ${mark} ] || { left=1; sleep ${failedPauseS}; }
while look "$@"; do
  left=$((left - 1))
  [ $left -gt 0 ] || { true >${mark}; exit 0; }
  sleep ${pauseS}
done
[ ! -e ${mark} ] || echo failed >${mark}
exit 1`;

/**
 * A healthcheck as Docker is told of it: one process in five minutes that looks by the check's interval, and sooner after a failure. A process that
 * Docker starts in a container takes some twenty times as much of the processor as the check itself (docs/decisions/0022-health-is-watched.md).
 * A container has its first look after a second.
 */
export function watched({ test, intervalMs, timeoutMs, retries, startPeriodMs }: ServiceSpec["healthcheck"]): ServiceSpec["healthcheck"] {
  const [kind, ...check] = test;
  if (kind !== "CMD") throw new Error(`Expected a healthcheck in exec form (CMD), found ${kind}`);
  const [pauseS, limitS] = [intervalMs / 1000, timeoutMs / 1000];
  const script = watchScript({
    mark: "/dev/shm/barecast-healthy",
    limitS,
    pauseS,
    failedPauseS: (AGAIN_MS - FIRST_MS) / 1000,
    looks: LOOKS,
  });
  return {
    test: ["CMD", "/bin/sh", "-c", script, "health", ...check],
    intervalMs: FIRST_MS,
    // More than the longest watch takes: each of its looks has a limit of its own.
    timeoutMs: (LOOKS + 1) * (intervalMs + timeoutMs),
    retries,
    startPeriodMs,
  };
}
