export { contextOf, type Context } from "./context";
export { signIn, request, Wire, type Endpoint } from "./verify/wire";
export type { UpResult } from "./verbs/up";
