import { beginRun } from "./sharedSite";

export default beginRun;
