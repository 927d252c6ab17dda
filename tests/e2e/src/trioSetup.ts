import { trioRun } from "./runs";

export default () => trioRun.begin();
