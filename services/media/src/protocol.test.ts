import { eventsOf, lineage, PROTOCOL, type TypeName } from "./protocol";

/** What kurento-client 7.3.0 knows of a type; its modules have no types. */
interface Known {
  prototype: Record<string, unknown>;
  events: string[];
  constructorParams: Record<string, unknown>;
}
// eslint-disable-next-line @typescript-eslint/no-require-imports
const client = require("kurento-client") as {
  getComplexType: unknown;
  register: { classes: Record<string, Known>; abstracts: Record<string, Known> };
};

const known = (type: TypeName): Known => (client.register.classes[`kurento.${type}`] ?? client.register.abstracts[`kurento.${type}`])!;
/** Names that mean the same under another name, or are made of others by the client. */
const CLIENT_SIDE = ["getChildren", "getChilds"];

test.each(Object.keys(PROTOCOL) as TypeName[])("%s: every operation, parameter and event is one that kurento-client knows", (type) => {
  const theirs = known(type);
  const methods = PROTOCOL[type].operations.filter((name) => !(name in theirs.prototype) && !CLIENT_SIDE.includes(name));
  expect(methods).toEqual([]);
  expect(eventsOf(type).filter((event) => !theirs.events.includes(event))).toEqual([]);
  expect(PROTOCOL[type].constructorParams.filter((name) => !(name in theirs.constructorParams))).toEqual([]);
});

test("the ancestors of an endpoint, as a real server lists them", () => {
  expect(lineage("WebRtcEndpoint")).toEqual([
    "WebRtcEndpoint",
    "BaseRtpEndpoint",
    "SdpEndpoint",
    "SessionEndpoint",
    "Endpoint",
    "MediaElement",
    "MediaObject",
  ]);
});
