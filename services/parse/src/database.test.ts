import { awaitDatabase } from "./database";

test("each thing that is waited for is said once", async () => {
  const said: string[] = [];
  const found = ["No name", "No name", "Refused", "No name", null];
  await awaitDatabase(
    async () => found.shift()!,
    (line) => said.push(line),
  );
  expect(said).toEqual(["Waiting: No name", "Waiting: Refused", "Waiting: No name"]);
});

test("what is never there fails with the last of them", async () => {
  await expect(
    awaitDatabase(
      async () => "Refused",
      () => undefined,
      0,
    ),
  ).rejects.toThrow("Refused (waited 0 ms)");
});
