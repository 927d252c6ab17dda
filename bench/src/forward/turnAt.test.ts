import { turnAt } from "./turnAt";

const credentials = { username: "1:olga", credential: "secret" };
const stun = { urls: ["stun:turn.replica.localhost:3478"] };

test("the site's own URL over UDP, its port and its credentials, at the machine's address", () => {
  const urls = ["turns:turn.replica.localhost:443?transport=tcp", "turn:turn.replica.localhost:3479?transport=udp"];
  expect(turnAt([stun, { urls, ...credentials }], "192.0.2.7")).toEqual({ urls: "turn:192.0.2.7:3479?transport=udp", ...credentials });
});

test("a site that tells none is refused in words", () => {
  const tls = { urls: ["turns:turn.replica.localhost:443?transport=tcp"], ...credentials };
  expect(() => turnAt([stun, tls], "192.0.2.7")).toThrow(
    new Error(
      "ICE servers of the site: Expected a turn: URL with ?transport=udp, found stun:turn.replica.localhost:3478, " +
        "turns:turn.replica.localhost:443?transport=tcp. Relayed packets can't be measured here",
    ),
  );
  expect(() => turnAt([], "192.0.2.7")).toThrow("found none");
});
