const heavy = ["werift", "age-encryption", "@peculiar/x509", "dockerode", "@grpc/grpc-js", "@pulumi/pulumi"];

beforeEach(() => {
  for (const name of heavy) {
    jest.doMock(name, () => {
      throw new Error(`${name} was loaded`);
    });
  }
});

/** What a command line prints. */
async function printed(...words: string[]): Promise<string[]> {
  const { commands } = await import("./commands.js");
  const lines: string[] = [];
  const program = commands({}, new AbortController().signal, (line) => lines.push(line));
  await program.parseAsync(words, { from: "user" }).catch((error: { code: string }) => {
    if (error.code !== "commander.version") throw error;
  });
  return lines;
}

test("who asks for the version or for the words of the command line loads no verb's needs", async () => {
  expect(await printed("--version")).toHaveLength(1);
  expect(await printed("completion", "bash")).toHaveLength(1);
});

test("a verb loads its own", async () => {
  await expect(printed("verify")).rejects.toThrow("was loaded");
});
