export type * from "./stack";
