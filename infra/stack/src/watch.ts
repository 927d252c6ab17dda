import type { ServiceSpec } from "./stack";

/** Docker looks this often for a container's first answer, and begins the next watch so soon after one. */
const FIRST_MS = 1_000;
/** Looks of one watch: with a look every five seconds, Docker starts a process a minute. */
const LOOKS = 12;

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
 * or after many successes. `timeout` and `sleep` are coreutils' or BusyBox's. What the check prints is what Docker tells of it.
 */
export const watchScript = ({ mark, limitS, pauseS, failedPauseS, looks }: Watch): string => `look() {
  timeout ${limitS} "$@"
  code=$?
  [ $code != 124 ] || echo "No answer within ${limitS} s"
  return $code
}
if [ ! -e ${mark} ]; then look "$@" || exit 1; true >${mark}; exit 0; fi
left=${looks}
while look "$@" || { sleep ${failedPauseS}; exit 1; }; do
  left=$((left - 1))
  [ $left -gt 0 ] || exit 0
  sleep ${pauseS}
done`;

/**
 * A healthcheck as Docker is told of it: one process a minute that looks by the check's interval. A process that Docker starts in a container takes
 * some twenty times as much of the processor as the check itself (docs/decisions/0022-health-is-watched.md). A container has its first look after a second.
 */
export function watched({ test, intervalMs, timeoutMs, retries, startPeriodMs }: ServiceSpec["healthcheck"]): ServiceSpec["healthcheck"] {
  const [kind, ...check] = test;
  if (kind !== "CMD") throw new Error(`Expected a healthcheck in exec form (CMD), found ${kind}`);
  const [pauseS, limitS] = [intervalMs / 1000, timeoutMs / 1000];
  const script = watchScript({
    mark: "/dev/shm/barecast-healthy",
    limitS,
    pauseS,
    failedPauseS: (intervalMs - FIRST_MS) / 1000,
    looks: LOOKS,
  });
  return {
    test: ["CMD", "/bin/sh", "-c", script, "health", ...check],
    intervalMs: FIRST_MS,
    // Docker ends a watch that hangs, which its checks can't: each has a limit of its own.
    timeoutMs: (LOOKS + 1) * (intervalMs + timeoutMs),
    retries,
    // Failures after it count at once, and come faster than those of a container that was healthy.
    startPeriodMs: startPeriodMs + (retries - 1) * intervalMs,
  };
}
