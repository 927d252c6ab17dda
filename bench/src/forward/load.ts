import { optionsOfProcess } from "../processes";
import type { LoadAnswer, LoadOptions, LoadRequest } from "./messages";
import { newParty, send, type Party } from "./party";
import { wayOf } from "./ways";

async function main(): Promise<void> {
  const { ways, viewers, decrypting } = await optionsOfProcess<LoadOptions>();
  const parties = new Map<string, Party>();
  for (const [name, options] of Object.entries(ways)) parties.set(name, await newParty(await wayOf(options), viewers, decrypting));
  process.on("message", (request: LoadRequest) => {
    void send(parties.get(request.to)!, request).then((sent) => process.send!({ type: "sent", ...sent } satisfies LoadAnswer));
  });
  process.once("disconnect", () => process.exit(0));
  process.send!({ type: "joined" } satisfies LoadAnswer);
}

void main();
