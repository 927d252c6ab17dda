import { applicationId, type ParseConfig, type ParseSecrets } from "./config";
import { noFiles } from "./files";
import { definitions } from "./schema";

const loopback = ["127.0.0.1", "::1"];
const dayS = 86_400;
const minuteMs = 60_000;

/** What people may ask for from outside; everything else (schemas, hooks, jobs, config, push) is the master key's. */
const publicRoutes = [
  "login",
  "logout",
  "users/me",
  "users/[A-Za-z0-9]+",
  "sessions/me",
  "classes/(Stream|Camera|Recording)(/[A-Za-z0-9]+)?",
  "functions/[A-Za-z]+",
  "batch",
  "health",
];

/** The options given to Parse Server, whole. `allowOrigin` and the rest follow the configuration; what is not named keeps Parse's default. */
export function parseOptions(config: ParseConfig, secrets: ParseSecrets) {
  const trusted = [...loopback, ...config.masterKeyIps];
  return {
    appId: applicationId,
    appName: "barecast",
    masterKey: secrets.masterKey,
    masterKeyIps: trusted,
    maintenanceKey: secrets.maintenanceKey,
    maintenanceKeyIps: loopback,
    readOnlyMasterKey: secrets.readOnlyMasterKey,
    readOnlyMasterKeyIps: trusted,
    serverURL: `http://127.0.0.1:${config.listen}${config.mountPath}`,
    publicServerURL: config.publicUrl,
    mountPath: config.mountPath,
    allowOrigin: config.origins,
    schema: { definitions: [...definitions], strict: true, lockSchemas: true, deleteExtraFields: false, recreateModifiedFields: false },
    allowClientClassCreation: false,
    enableAnonymousUsers: false,
    enforcePrivateUsers: true,
    sessionLength: dayS,
    extendSessionOnUse: true,
    expireInactiveSessions: true,
    revokeSessionOnPasswordReset: true,
    // Ten wrong passwords lock an account for five minutes: guessing is slow, and locking others out needs persistence.
    accountLockout: { threshold: 10, duration: 5, unlockOnPasswordReset: true },
    passwordPolicy: {
      validatorPattern: /^.{12,200}$/s,
      validationError: "The password must have 12 to 200 characters",
    },
    rateLimit: ["/login", "/verifyPassword"].map((requestPath) => ({
      requestPath,
      requestCount: 120,
      requestTimeWindow: minuteMs,
      errorResponseMessage: "Too many sign-ins from this address. Wait a minute",
    })),
    requestComplexity: {
      batchRequestLimit: 50,
      includeDepth: 3,
      includeCount: 10,
      queryDepth: 5,
      subqueryDepth: 1,
      subqueryLimit: 1000,
      graphQLDepth: 10,
      graphQLFields: 100,
      allowRegex: false,
    },
    routeAllowList: publicRoutes,
    defaultLimit: 100,
    maxLimit: 1000,
    maxUploadSize: "1mb",
    trustProxy: config.trustedProxies,
    fileUpload: {
      enableForPublic: false,
      enableForAnonymousUser: false,
      enableForAuthenticatedUser: false,
      allowedFileUrlDomains: [new URL(config.publicUrl).hostname],
    },
    filesAdapter: noFiles,
    enableProductPurchaseLegacyApi: false,
    ...(config.liveQuery && config.redis
      ? {
          liveQuery: {
            classNames: ["Stream"],
            redisURL: `redis://${config.redis.host}:${config.redis.port}`,
            redisOptions: { password: secrets.redis },
          },
        }
      : {}),
    // What will be Parse's default one day, and is the stricter choice.
    pages: { encodePageParamHeaders: true },
    protectedFieldsOwnerExempt: false,
    protectedFieldsTriggerExempt: true,
    protectedFieldsSaveResponseExempt: false,
    installation: { duplicateDeviceTokenActionEnforceAuth: true },
    allowAggregationForReadOnlyMasterKey: false,
    logsFolder: null,
    jsonLogs: true,
    logLevel: config.logLevel,
    logLevels: { triggerBeforeSuccess: "debug", triggerAfter: "debug", cloudFunctionSuccess: "debug" },
    verifyServerUrl: false,
  };
}

/** What the PostgreSQL adapter connects with. Credentials are fields of their own, not parts of a URL: a URL ends up in logs. */
export function databaseOptions({ database }: ParseConfig, secrets: ParseSecrets) {
  return {
    host: database.host,
    port: database.port,
    database: database.name,
    user: database.user,
    password: secrets.postgres,
    max: 10,
    application_name: "barecast-parse",
  };
}
