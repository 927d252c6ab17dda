import { endDeploying } from "./deploying";

export default endDeploying;
