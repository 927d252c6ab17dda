import { deployRun } from "./runs";

export default () => deployRun.begin();
