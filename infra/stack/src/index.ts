export type * from "./stack";
export * from "./images";
