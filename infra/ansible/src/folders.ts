import path from "node:path";

/** The workspace's own folder: `src` and `dist` lie side by side in it. */
export const workspace = path.join(__dirname, "..");
export const folderOf = (name: "playbooks" | "roles" | "library" | "plugins") => path.join(workspace, name);

/** All that a run executes on a host. */
export const sources = [folderOf("playbooks"), folderOf("roles"), folderOf("library"), path.join(folderOf("plugins"), "action")];
