import { sitelessRun } from "./runs";

export default () => sitelessRun.end();
