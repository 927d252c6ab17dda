import type { Values } from "../engine/values";
import { nanoseconds } from "./duration";

/** Nothing may be left of an object whose fields were all taken: a new field of the inputs is an error of the compiler here. */
export const nothingLeft = (_rest: Record<string, never>): void => {};
export const compact = (values: Values): Values => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
export const unlessEmpty = <T>(list: T[] | undefined): T[] | undefined => (list && list.length > 0 ? list : undefined);
export const duration = (text: string | undefined): number | undefined => (text === undefined ? undefined : nanoseconds(text));
