export { siteSchema, hostRoles } from "./schema";
export type { HostRole, SiteFile } from "./schema";
export type { Camera, Host, Site, SiteSecrets } from "./site";
export { loadSite, parseSite } from "./load";
export { SiteProblems, UserError, shown, textOf, type Problem } from "./problems";
export { placeOf, type Place } from "./place";
export { certificateNames, generateSecrets } from "./secrets/generate";
export { openSecrets, writeSecrets } from "./secrets/file";
export { newAuthority, newServerCertificate, type Pair } from "./secrets/certificates";
