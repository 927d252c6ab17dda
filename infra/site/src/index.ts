export { siteSchema, hostRoles } from "./schema";
export type { HostRole, SiteFile } from "./schema";
export type { Camera, Host, Site, SiteSecrets } from "./site";
