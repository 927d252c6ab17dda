import { parseConfig, type ParseSecrets } from "./config";
import { noFiles } from "./files";
import { databaseOptions, parseOptions } from "./options";
import { definitions } from "./schema";

const secrets: ParseSecrets = { postgres: "pg", redis: "rd", masterKey: "mk", maintenanceKey: "nk", readOnlyMasterKey: "rk", accounts: {} };
const config = parseConfig(
  JSON.stringify({
    publicUrl: "https://replica.localhost/api",
    origins: ["https://replica.localhost"],
    database: { host: "postgres" },
    redis: { host: "redis" },
    masterKeyIps: ["10.231.0.0/16"],
    trustedProxies: ["10.231.101.0/24"],
  }),
  "parse.json",
);

test("the options given to Parse Server", () => {
  expect(parseOptions(config, secrets)).toEqual({
    appId: "barecast",
    appName: "barecast",
    masterKey: "mk",
    masterKeyIps: ["127.0.0.1", "::1", "10.231.0.0/16"],
    maintenanceKey: "nk",
    maintenanceKeyIps: ["127.0.0.1", "::1"],
    readOnlyMasterKey: "rk",
    readOnlyMasterKeyIps: ["127.0.0.1", "::1", "10.231.0.0/16"],
    serverURL: "http://127.0.0.1:1337/api",
    publicServerURL: "https://replica.localhost/api",
    mountPath: "/api",
    allowOrigin: ["https://replica.localhost"],
    schema: { definitions: [...definitions], strict: true, lockSchemas: true, deleteExtraFields: false, recreateModifiedFields: false },
    allowClientClassCreation: false,
    enableAnonymousUsers: false,
    enforcePrivateUsers: true,
    sessionLength: 86400,
    extendSessionOnUse: true,
    expireInactiveSessions: true,
    revokeSessionOnPasswordReset: true,
    accountLockout: { threshold: 10, duration: 5, unlockOnPasswordReset: true },
    passwordPolicy: { validatorPattern: /^.{12,200}$/s, validationError: "The password must have 12 to 200 characters" },
    rateLimit: [
      {
        requestPath: "/login",
        requestCount: 120,
        requestTimeWindow: 60000,
        errorResponseMessage: "Too many sign-ins from this address. Wait a minute",
      },
      {
        requestPath: "/verifyPassword",
        requestCount: 120,
        requestTimeWindow: 60000,
        errorResponseMessage: "Too many sign-ins from this address. Wait a minute",
      },
    ],
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
    routeAllowList: [
      "login",
      "logout",
      "users/me",
      "users/[A-Za-z0-9]+",
      "sessions/me",
      "classes/(Stream|Camera|Recording)(/[A-Za-z0-9]+)?",
      "functions/[A-Za-z]+",
      "batch",
      "health",
    ],
    defaultLimit: 100,
    maxLimit: 1000,
    maxUploadSize: "1mb",
    trustProxy: ["10.231.101.0/24"],
    fileUpload: {
      enableForPublic: false,
      enableForAnonymousUser: false,
      enableForAuthenticatedUser: false,
      allowedFileUrlDomains: ["replica.localhost"],
    },
    filesAdapter: noFiles,
    enableProductPurchaseLegacyApi: false,
    pages: { encodePageParamHeaders: true },
    protectedFieldsOwnerExempt: false,
    protectedFieldsTriggerExempt: true,
    protectedFieldsSaveResponseExempt: false,
    installation: { duplicateDeviceTokenActionEnforceAuth: true },
    allowAggregationForReadOnlyMasterKey: false,
    logsFolder: null,
    jsonLogs: true,
    logLevel: "info",
    logLevels: { triggerBeforeSuccess: "debug", triggerAfter: "debug", cloudFunctionSuccess: "debug" },
    verifyServerUrl: false,
  });
});

test("live queries go over Redis, whose password is no part of a URL", () => {
  const { liveQuery, ...rest } = parseOptions({ ...config, liveQuery: true }, secrets);
  expect(liveQuery).toEqual({ classNames: ["Stream"], redisURL: "redis://redis:6379", redisOptions: { password: "rd" } });
  expect(rest).toEqual(parseOptions(config, secrets));
});

test("the database's options", () => {
  expect(databaseOptions(config, secrets)).toEqual({
    host: "postgres",
    port: 5432,
    database: "parse",
    user: "parse",
    password: "pg",
    max: 10,
    application_name: "barecast-parse",
  });
});
