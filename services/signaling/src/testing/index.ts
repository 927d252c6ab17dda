export { startParseDouble } from "./parseDouble";
export { startWireDouble } from "./wireDouble";
export { connectInProcess } from "./inProcessKurento";
