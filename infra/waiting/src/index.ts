export { engineLock, siteLock, withLock, type LockOptions } from "./lock";
export { until, type Patience } from "./until";
