import { createLog, logLine } from "./log";

const time = new Date("2026-01-02T03:04:05.678Z");

test("secrets are masked, however deep", () => {
  const fields = {
    uri: "rtsp://admin:s3cret@10.0.0.9/cam",
    turn: "user:pass@10.0.0.1:3478",
    list: ["x rtsp://a:b@c/ y"],
    error: new Error("rtsp://u:p@h failed"),
  };
  const line = logLine("warn", "source-failed", fields, time);
  expect(line).not.toMatch(/s3cret|pass|a:b|u:p/);
  expect(JSON.parse(line)).toMatchObject({
    time: "2026-01-02T03:04:05.678Z",
    level: "warn",
    event: "source-failed",
    uri: "rtsp://***@10.0.0.9/cam",
    turn: "***@10.0.0.1:3478",
    list: ["x rtsp://***@c/ y"],
    error: { name: "Error", message: "rtsp://***@h failed" },
  });
});

test("a level lets through what is as grave or graver", () => {
  const lines: string[] = [];
  const log = createLog("warn", (line) => lines.push((JSON.parse(line) as { level: string }).level));
  log.error("e");
  log.warn("w");
  log.info("i");
  log.debug("d");
  expect(lines).toEqual(["error", "warn"]);
});
