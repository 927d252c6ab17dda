export type * from "./types";
export { buildImages } from "./build";
export { archiveImage, imagesPresent, keepingImages, loadIntoDocker, removeImages, type RemovedImages } from "./engine";
export { ImageBuildError, ImageCopyError } from "./errors";
export { imageLabel } from "./labels";
export { planBuild, type BuildHost, type BuildPlanInput } from "./plan";
export { copyAllToRegistry, copyToRegistry, missingInRegistry, resolveUpstream } from "./registry";
export { readImage } from "./layout";
