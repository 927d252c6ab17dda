import { randomBytes } from "node:crypto";
import express, { type Express, type RequestHandler } from "express";
import { rolesOf, type ParseSdk } from "./cloud/main";
import { applicationId, type ParseConfig, type ParseSecrets } from "./config";
import { edge } from "./edge";

/** The dashboard listens on the container's loopback only, port 4040: docs/decisions/0007-dashboard-over-ssh.md */
export const dashboardPort = 4040;

/** As long as a working day; whoever is no admin any more is out then at the latest. */
const sessionMs = 8 * 3_600_000;

/**
 * The dashboard as an app: itself at `/dashboard`, and the API that its page calls, on the same origin. It hands the master key to the
 * browser, hence it has no public route. Who a person is says Parse: the user name and password of an account with the role admin.
 */
export async function dashboardApp(
  Parse: ParseSdk,
  parseApp: Express,
  { mountPath }: Pick<ParseConfig, "mountPath">,
  { masterKey, readOnlyMasterKey }: Pick<ParseSecrets, "masterKey" | "readOnlyMasterKey">,
): Promise<Express> {
  const { default: ParseDashboard } = await import("parse-dashboard");
  // The one person that parse-dashboard knows: its password is made anew by each process and known to nobody.
  const admin = { user: "admin", pass: randomBytes(32).toString("hex") };
  const apps = [{ appId: applicationId, appName: "barecast", serverURL: mountPath, masterKey, readOnlyMasterKey }];
  const app = express();
  app.disable("x-powered-by");
  app.use(mountPath, edge({ origins: [] }), parseApp);
  app.post("/dashboard/login", express.urlencoded({ extended: false, limit: "4kb" }), asAdmin(Parse, admin));
  app.use("/dashboard", ParseDashboard({ apps, users: [admin] }, { allowInsecureHTTP: false, cookieSessionMaxAge: sessionMs }));
  app.get("/", (_request, response) => response.redirect("/dashboard"));
  return app;
}

/** Puts parse-dashboard's own login in the place of an admin's, and one that is nobody's in the place of all others'. */
function asAdmin(Parse: ParseSdk, admin: { readonly user: string; readonly pass: string }): RequestHandler {
  return async (request, _response, next) => {
    const { username, password } = (request.body ?? {}) as { username?: unknown; password?: unknown };
    const isAdmin = await provesAdmin(Parse, String(username ?? ""), String(password ?? ""));
    Object.assign(request.body as object, isAdmin ? { username: admin.user, password: admin.pass } : { username: "-", password: "-" });
    next();
  };
}

async function provesAdmin(Parse: ParseSdk, username: string, password: string): Promise<boolean> {
  try {
    const { objectId } = (await Parse.User.verifyPassword(username, password)) as unknown as { objectId: string };
    return (await rolesOf(Parse, Parse.User.createWithoutData(objectId) as InstanceType<ParseSdk["User"]>)).includes("admin");
  } catch (error) {
    if (error instanceof Parse.Error) return false;
    throw error;
  }
}
