import { startParseDouble, startWireDouble } from "@barecast/signaling/testing";
import { viewers } from "./messages";

/** What the signaling server asks, in a process of its own: a Parse and a Kurento of few lines, whose CPU time is not counted. */
export type DoublesAnswer = { readonly type: "doubles"; readonly parse: string; readonly media: string };

async function main(): Promise<void> {
  const [parse, media] = await Promise.all([startParseDouble(), startWireDouble()]);
  for (const name of viewers) parse.roles[name] = ["operator"];
  process.once("disconnect", () => process.exit(0));
  process.send!({ type: "doubles", parse: parse.url, media: media.url } satisfies DoublesAnswer);
}

void main();
