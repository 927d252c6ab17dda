import { linesOf } from "./logs";

const left = (code: number | null, stdout: string, stderr = "") => linesOf("demo-web", { code, stdout, stderr });

test("the lines of all tasks", () => {
  expect(left(0, "GET /\n\nGET /report/\n")).toEqual({ lines: ["GET /", "", "GET /report/"], incomplete: null });
  expect(left(0, "")).toEqual({ lines: [], incomplete: null });
});

test("a host that is gone keeps its lines, not those of the others", () => {
  const end =
    "error from daemon in stream: Error grabbing logs: rpc error: code = Unknown desc = warning: incomplete log stream. some logs could not be retrieved for the following reasons: node 4x0k is not available\n\n";
  expect(left(1, `GET /\n${end}`)).toEqual({ lines: ["GET /"], incomplete: "node 4x0k is not available" });
  expect(left(1, end)).toEqual({ lines: [], incomplete: "node 4x0k is not available" });
});

test("one that is just gone is not waited for without end", () => {
  expect(left(124, "GET /\n")).toEqual({ lines: ["GET /"], incomplete: "not all hosts sent their lines within 8 s" });
});

test("another failure is told with Docker's words", () => {
  expect(() => left(1, "Error response from daemon: rpc error\n")).toThrow("demo-web: Error response from daemon: rpc error");
  expect(() => left(255, "", "ssh: Connection refused\n")).toThrow("demo-web: ssh: Connection refused");
});
