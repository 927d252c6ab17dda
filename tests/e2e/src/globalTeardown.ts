import { endRun } from "./sharedSite";

export default endRun;
