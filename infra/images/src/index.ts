export type * from "./types";
export { buildImages } from "./build";
export { keepingImages, loadIntoDocker, removeImages, type RemovedImages } from "./engine";
export { ImageBuildError, ImageCopyError } from "./errors";
export { imageLabel } from "./labels";
export { planBuild, type BuildHost, type BuildPlanInput } from "./plan";
export { copyAllToRegistry, copyToRegistry, missingInRegistry } from "./registry";
export { resolveUpstream, unpinned, type Pinned } from "./upstream";
export { readImage } from "./layout";
