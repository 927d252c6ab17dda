export { engineLock, fileLock, siteLock, withLock, type LockOptions } from "./lock";
export { makeScratch } from "./scratch";
export { until, type Patience } from "./until";
