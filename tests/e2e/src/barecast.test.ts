import { upResult } from "./barecast";
import { CommandFailed, run } from "./command";

const result = {
  address: "https://e2e.localhost",
  port: 443,
  machineAddress: "172.30.241.10",
  operator: { username: "operator", password: "o" },
  reporter: { username: "reporter", password: "r" },
  admin: { username: "admin", password: "a" },
  caFile: "/ca.crt",
};

test("the last line of up is the result", () => {
  expect(upResult(`a line\n${JSON.stringify(result)}\n`)).toEqual(result);
  expect(() => upResult("done\n")).toThrow('barecast up --json: Expected a line of JSON at the end, found "done"');
  const { caFile: _, ...rest } = result;
  expect(() => upResult(JSON.stringify(rest))).toThrow(/^barecast up --json: Expected caFile in \{/);
});

describe("a command", () => {
  test("gives its output", async () => {
    expect(await run(["sh", "-c", "echo out; echo err >&2"])).toBe("out\n");
  });
  test("that fails shows its code and last lines", async () => {
    await expect(run(["sh", "-c", "echo first; echo why >&2; exit 3"])).rejects.toThrow(
      "sh -c echo first; echo why >&2; exit 3 ended with 3:\nfirst\nwhy",
    );
  });
  test("that is late is killed", async () => {
    const late = run(["sleep", "60"], { withinMs: 50 });
    await expect(late).rejects.toThrow(CommandFailed);
    await expect(late).rejects.toThrow("Killed: it did not end within 0.05 s");
  });
});
