import { processesWith, Running } from "./running";
import { until } from "./until";

test("what a command says is kept, and an interrupt reaches its whole group", async () => {
  const running = new Running(["sh", "-c", "trap 'echo stopping; exit 130' INT; echo begun; sleep 60"]);
  await running.says(/begun/, 5000);
  expect(await running.interrupt()).toEqual({ code: 130, signal: null, output: "begun\nstopping\n" });
});

test("a killed command leaves none of its group, and its processes are found by their environment", async () => {
  const mark = `MARK=${process.pid}-${Date.now()}`;
  const [name = "", value = ""] = mark.split("=");
  const running = new Running(["sh", "-c", "sleep 61 & echo begun; wait"], { env: { ...process.env, [name]: value } });
  await running.says(/begun/, 5000);
  await running.reaches("two processes", () => (processesWith(mark).includes("sleep 61") ? null : processesWith(mark).join()), 5000);
  await running.kill();
  expect(await running.ended).toEqual({ code: null, signal: "SIGKILL", output: "begun\n" });
  await until("The end of its processes", () => processesWith(mark).join(", ") || null, { withinMs: 5000 });
});

test("the last words of a command are heard, though it ended before it was read", async () => {
  const running = new Running(["sh", "-c", "(sleep 0.3; echo last) & echo begun"]);
  expect(await running.ended).toEqual({ code: 0, signal: null, output: "begun\nlast\n" });
});

test("what never comes is told with the last words", async () => {
  const running = new Running(["sh", "-c", "echo other; exit 3"]);
  await expect(running.says(/begun/, 5000)).rejects.toThrow("/begun/: The command ended before:\nother\n");
});
