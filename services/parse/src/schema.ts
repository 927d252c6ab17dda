import type { Role } from "./config";

type FieldType = "String" | "Number" | "Boolean" | "Date" | "Object" | "Array";
export interface Field {
  readonly type: FieldType | "Pointer";
  readonly targetClass?: string;
  readonly required?: boolean;
}
type Permission = Readonly<Record<string, boolean | readonly string[]>>;
export interface ClassDefinition {
  readonly className: string;
  readonly fields?: Readonly<Record<string, Field>>;
  readonly indexes?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly classLevelPermissions: Readonly<Record<string, Permission | Readonly<Record<string, readonly string[]>>>>;
}

/** Only the master key, which is on the server's side alone. */
const nobody: Permission = {};
const to = (...roles: readonly Role[]): Permission => Object.fromEntries(roles.map((role) => [`role:${role}`, true]));
const signedIn: Permission = { requiresAuthentication: true };

/** Read by `read`, written by the master key alone: barecast's services write, people look. */
const readOnly = (read: Permission) => ({
  find: read,
  get: read,
  count: read,
  create: nobody,
  update: nobody,
  delete: nobody,
  addField: nobody,
  protectedFields: {},
});

const text: Field = { type: "String", required: true };
const optionalText: Field = { type: "String" };
const date: Field = { type: "Date", required: true };
const optionalDate: Field = { type: "Date" };

/**
 * A row of signaling's ledger: open until it has an `endedAt`, and perhaps a `reason`. `run` names the process that wrote it and `seenAt` is
 * when that last said so: the rows of one that was killed are ended by another, as of then.
 */
const ledgerRow = {
  streamId: text,
  title: text,
  kind: text,
  startedAt: date,
  endedAt: optionalDate,
  reason: optionalText,
  run: optionalText,
  seenAt: optionalDate,
};

/** A recording: `recordingSchema` of the signaling messages. */
const recording: ClassDefinition = {
  className: "Recording",
  fields: { ...ledgerRow, file: text, host: text },
  indexes: { recording_started: { startedAt: 1 }, recording_ended: { endedAt: 1 }, recording_stream: { streamId: 1 } },
  classLevelPermissions: readOnly(to("operator", "admin")),
};

/**
 * A stream, live or past; `user` publishes it.
 * Who reads it is in each one's ACL, which Cloud Code sets: operators, admins, and the `user`.
 * Not in the class's permissions: live queries know no roles there (they do in ACLs).
 */
const stream: ClassDefinition = {
  className: "Stream",
  fields: { ...ledgerRow, user: { type: "Pointer", targetClass: "_User" } },
  indexes: { stream_id: { streamId: 1 }, stream_ended: { endedAt: 1 } },
  classLevelPermissions: readOnly(signedIn),
};

/** A camera of the site file, its state and since when, as signaling saw it last. Its user and password stay with signaling. */
const camera: ClassDefinition = {
  className: "Camera",
  fields: { name: text, title: text, state: text, reason: optionalText, since: date },
  classLevelPermissions: readOnly(to("operator", "admin")),
};

/** Accounts are made by the site, not by visitors; a person reads and changes their own (ACL). */
const user: ClassDefinition = {
  className: "_User",
  classLevelPermissions: {
    find: signedIn,
    get: signedIn,
    count: nobody,
    create: nobody,
    update: signedIn,
    delete: nobody,
    addField: nobody,
    protectedFields: { "*": ["email"] },
  },
};

const role: ClassDefinition = { className: "_Role", classLevelPermissions: readOnly(signedIn) };
const session: ClassDefinition = {
  className: "_Session",
  classLevelPermissions: { ...readOnly(signedIn), delete: signedIn },
};
/** Push comes with the mobile app: until then nobody registers a device. */
const installation: ClassDefinition = { className: "_Installation", classLevelPermissions: readOnly(nobody) };

/** The whole schema, locked while the server runs. */
export const definitions: readonly ClassDefinition[] = [stream, camera, recording, user, role, session, installation];
