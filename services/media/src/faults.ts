import type { Log } from "./log";

/**
 * One peer's datagram must not end everybody's streams: what goes wrong inside a dependency is logged with its stack.
 * A fault of our own ends the process: the orchestrator starts it again, and signaling its streams.
 */
export function surviveFaultsOf(dependency: string, log: Log): void {
  const onFault = (error: unknown) => {
    log.error("bug", { error });
    if (!(error instanceof Error) || !error.stack?.includes(`node_modules/${dependency}/`)) process.exit(1);
  };
  process.on("uncaughtException", onFault);
  process.on("unhandledRejection", onFault);
}
