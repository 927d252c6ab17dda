export { engineLock, fileLock, siteLock, withLock, type LockOptions } from "./lock";
export { coreTimes, ownTime, stolenBetween, type CoreTimes } from "./ownTime";
export { makeScratch } from "./scratch";
export { until, type Patience } from "./until";
