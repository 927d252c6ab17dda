export { startParseDouble } from "./parseDouble";
export { startWireDouble } from "./wireDouble";
