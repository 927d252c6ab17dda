import { published, signedIn, typesOn } from "../testing/actors";
import { until } from "../testing/client";
import { startSetup, type Setup } from "../testing/setup";

let setup: Setup;
beforeEach(async () => {
  setup = await startSetup({ recordings: { phones: true, folder: "/recordings" } });
});
afterEach(() => setup.close());

const ends = () => setup.parse.rows.map(({ className, reason, endedAt }) => ({ className, reason, hasEnded: endedAt !== undefined }));

test("a stream's row ends at once, its recording's when the file is closed", async () => {
  const phone = await signedIn(setup, "rita");
  const streamId = await published(phone);
  await until(() => (ends().length === 2 ? null : `the rows are ${JSON.stringify(ends())}`));
  const letGo = setup.media.holdNext("invoke stopAndWait");
  phone.send({ type: "stop", id: "s", connectionId: "phone" });
  await until(() => (ends().some(({ hasEnded }) => hasEnded) ? null : "the end is not marked"));
  const stream = { className: "Stream", reason: "The publisher stopped", hasEnded: true };
  const recording = { className: "Recording", reason: undefined };
  expect(ends()).toEqual([stream, { ...recording, hasEnded: false }]);
  expect(typesOn(setup)).toContain("RecorderEndpoint");
  letGo();
  await until(() => (typesOn(setup).length === 0 ? null : `left: ${typesOn(setup).join(", ")}`));
  await until(() => (ends().every(({ hasEnded }) => hasEnded) ? null : "the recording's end is not marked"));
  expect(ends()).toEqual([stream, { ...recording, hasEnded: true }]);
  expect(setup.log.filter((line) => line.includes("Stream ended")).map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: "info", stream: streamId, reason: "The publisher stopped" },
  ]);
});
