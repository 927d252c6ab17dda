export { startBrowser, type Browser, type Known } from "./browser";
export { cameraClip, clipFile, phoneClip, type Clip } from "./clip";
export { clientNetwork, type ClientNetwork, type SiteNetwork } from "./networks";
export { lagMs, live, livenessProblem, type Reading } from "./reading";
export { until } from "./until";
export { readCounter } from "./watch";
