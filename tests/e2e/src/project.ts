import path from "node:path";

/** The project's root folder: this file lies in tests/e2e/src or tests/e2e/dist. */
export const projectFolder = path.resolve(__dirname, "..", "..", "..");
/** Kept between runs, never needed. */
export const cacheFolder = process.env["BARECAST_CACHE"] ?? path.join(projectFolder, ".cache");
