import type { Role } from "../config";
import { problemWith } from "./guards";

/** Parse's SDK as Parse Server hands it to Cloud Code: the instance that it patched, not the one of node_modules. */
export type ParseSdk = typeof import("parse/node");

interface SaveRequest {
  readonly object: InstanceType<ParseSdk["Object"]>;
  readonly original?: InstanceType<ParseSdk["Object"]>;
  readonly master: boolean;
}
interface FunctionRequest {
  readonly user?: InstanceType<ParseSdk["User"]>;
}
interface Cloud {
  beforeSave(className: string, handler: (request: SaveRequest) => unknown): void;
  define(name: string, handler: (request: FunctionRequest) => unknown, validator: { requireUser: boolean }): void;
}

/** Registers the Cloud Code of a site. */
export function registerCloud(Parse: ParseSdk): void {
  const cloud = Parse.Cloud as unknown as Cloud;
  for (const className of ["Stream", "Recording", "Camera"]) {
    cloud.beforeSave(className, ({ object, original }) => {
      const problem = problemWith(className, object.attributes, original?.attributes, object.dirtyKeys());
      if (problem) throw new Parse.Error(Parse.Error.VALIDATION_ERROR, problem);
      object.setACL(watchersAcl(Parse, className === "Stream" ? object.get("user") : undefined));
    });
  }
  cloud.beforeSave("_User", ({ object, original, master }) => {
    if (!master && original && object.get("username") !== original.get("username")) {
      throw new Parse.Error(Parse.Error.OPERATION_FORBIDDEN, "username: Only an administrator changes it");
    }
  });
  cloud.define("whoami", ({ user }) => whoami(Parse, user as InstanceType<ParseSdk["User"]>), { requireUser: true });
}

/** Operators and admins read; so does the user, if any. Writing takes the master key. */
function watchersAcl(Parse: ParseSdk, user?: { id: string }): InstanceType<ParseSdk["ACL"]> {
  const acl = new Parse.ACL();
  acl.setRoleReadAccess("operator", true);
  acl.setRoleReadAccess("admin", true);
  if (user) acl.setReadAccess(user.id, true);
  return acl;
}

/** `POST /functions/whoami` with a session: `{id, name, roles}`, what signaling needs to know of a person without a master key. */
async function whoami(Parse: ParseSdk, user: InstanceType<ParseSdk["User"]>): Promise<{ id: string; name: string; roles: Role[] }> {
  return { id: user.id as string, name: user.getUsername() as string, roles: await rolesOf(Parse, user) };
}

/** What a person may do, in alphabetical order. */
export async function rolesOf(Parse: ParseSdk, user: InstanceType<ParseSdk["User"]>): Promise<Role[]> {
  const found = await new Parse.Query(Parse.Role).equalTo("users", user as never).find({ useMasterKey: true });
  return found.map((role) => role.getName() as Role).sort();
}
