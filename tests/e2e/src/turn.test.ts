import { portsIn } from "./turn";

const listing = `UNCONN 0      0        172.30.231.10:41999       0.0.0.0:*
UNCONN 0      0        172.30.231.10:3478        0.0.0.0:*
UNCONN 0      0           127.0.0.11:40001       0.0.0.0:*
UNCONN 0      0        172.30.231.10:41234       0.0.0.0:*
UNCONN 0      0                 [::]:42000          [::]:*
`;

test("relay sockets are found by their ports", () => {
  expect(portsIn(listing, { from: 41_000, to: 41_999 })).toEqual([41_234, 41_999]);
  expect(portsIn("", { from: 41_000, to: 41_999 })).toEqual([]);
  expect(() => portsIn("ss: not found", { from: 1, to: 2 })).toThrow('Expected a line of ss -Huln, found "ss: not found"');
});
