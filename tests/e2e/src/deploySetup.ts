import { beginDeploying } from "./deploying";

export default beginDeploying;
