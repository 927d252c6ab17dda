import { createRequire } from "node:module";
import type { Struct as StructType } from "google-protobuf/google/protobuf/struct_pb";
import type { Empty as EmptyType } from "google-protobuf/google/protobuf/empty_pb";
import type { Values } from "../engine/values";

// The SDK brings a google-protobuf of its own; its messages take no objects of another copy.
const fromSdk = createRequire(require.resolve("@pulumi/pulumi"));
const { Struct } = fromSdk("google-protobuf/google/protobuf/struct_pb") as { Struct: typeof StructType };
export const { Empty } = fromSdk("google-protobuf/google/protobuf/empty_pb") as { Empty: typeof EmptyType };

export const toStruct = (values: Values): StructType => Struct.fromJavaScript(JSON.parse(JSON.stringify(values)) as never);
export const fromStruct = (struct: StructType | undefined): Values => (struct?.toJavaScript() ?? {}) as Values;
