import { definitions } from "./schema";
import { difference } from "./verify";

const text = { type: "String", required: true };
const watchers = { "role:operator": true, "role:admin": true };
const locked = { create: {}, update: {}, delete: {}, addField: {}, protectedFields: {} };
const readBy = (read: object) => ({ find: read, get: read, count: read, ...locked });
const signedIn = { requiresAuthentication: true };

test("the whole schema", () => {
  expect(definitions).toEqual([
    {
      className: "Stream",
      fields: {
        streamId: text,
        title: text,
        kind: text,
        startedAt: { type: "Date", required: true },
        endedAt: { type: "Date" },
        reason: { type: "String" },
        run: { type: "String" },
        seenAt: { type: "Date" },
        user: { type: "Pointer", targetClass: "_User" },
      },
      indexes: { stream_id: { streamId: 1 }, stream_ended: { endedAt: 1 } },
      classLevelPermissions: readBy(signedIn),
    },
    {
      className: "Camera",
      fields: { name: text, title: text, state: text, reason: { type: "String" }, since: { type: "Date", required: true } },
      classLevelPermissions: readBy(watchers),
    },
    {
      className: "Recording",
      fields: {
        streamId: text,
        title: text,
        kind: text,
        startedAt: { type: "Date", required: true },
        endedAt: { type: "Date" },
        reason: { type: "String" },
        run: { type: "String" },
        seenAt: { type: "Date" },
        file: text,
        host: text,
      },
      indexes: { recording_started: { startedAt: 1 }, recording_ended: { endedAt: 1 }, recording_stream: { streamId: 1 } },
      classLevelPermissions: readBy(watchers),
    },
    {
      className: "_User",
      classLevelPermissions: {
        find: signedIn,
        get: signedIn,
        count: {},
        create: {},
        update: signedIn,
        delete: {},
        addField: {},
        protectedFields: { "*": ["email"] },
      },
    },
    { className: "_Role", classLevelPermissions: readBy(signedIn) },
    { className: "_Session", classLevelPermissions: { ...readBy(signedIn), delete: signedIn } },
    { className: "_Installation", classLevelPermissions: readBy({}) },
  ]);
});

describe("what the database lacks", () => {
  const definition = {
    className: "Note",
    fields: { text: { type: "String" } },
    classLevelPermissions: { find: { "role:a": true, "role:b": true } },
  } as const;
  const stored = {
    className: "Note",
    fields: { text: { type: "String" } },
    classLevelPermissions: { find: { "role:b": true, "role:a": true } },
  };
  test.each([
    ["nothing, in whatever order", stored, null],
    ["a class", undefined, "Note: The class is missing in the database"],
    ["a field", { ...stored, fields: {} }, "Note.text: Expected the type String, found nothing. Export the field's values, then remove it"],
    [
      "a type",
      { ...stored, fields: { text: { type: "Number" } } },
      "Note.text: Expected the type String, found Number. Export the field's values, then remove it",
    ],
    [
      "a permission",
      { ...stored, classLevelPermissions: {} },
      'Note: Permission to find: Expected {"role:a":true,"role:b":true}, found {}',
    ],
  ])("%s", (_name, found, expected) => {
    expect(difference(definition, found)).toBe(expected);
  });
});
