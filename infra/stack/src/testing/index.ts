export { acceptedSite, siteFiles, siteNames } from "./siteFiles";
export { unrendered } from "./unrendered";
