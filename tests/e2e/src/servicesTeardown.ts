import { end } from "./servicesSetup";

export default end;
