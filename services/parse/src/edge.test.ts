import { decide, type EdgeDecision } from "./edge";

const origins = ["https://replica.localhost"];
const app = { "x-parse-application-id": "barecast" };
const cookie = { cookie: "theme=dark; barecast_session=r:abc" };
const forwarded = { "x-forwarded-host": "replica.localhost", "x-forwarded-for": "203.0.113.9" };
const asIs: EdgeDecision = { set: {}, remove: [] };
const withToken: EdgeDecision = { set: { "x-parse-session-token": "r:abc" }, remove: [] };
const refuse = (text: string): EdgeDecision => ({ refuse: text });
const key = (name: string) => refuse(`${name}: Not accepted from outside the site. Use a session, or the dashboard`);
const noId = refuse('X-Parse-Application-Id: Expected the header with the value "barecast"');
const foreign = (text: string) => refuse(`${text}. The session cookie counts only for this site's own pages`);

test.each<[string, Record<string, string>, EdgeDecision]>([
  ["no cookie", { ...app, ...forwarded }, asIs],
  ["cookie and application id", { ...app, ...cookie, ...forwarded }, withToken],
  [
    "the same, of this origin",
    { ...app, ...cookie, ...forwarded, origin: "https://replica.localhost", "sec-fetch-site": "same-origin" },
    withToken,
  ],
  ["quoted cookie", { ...app, cookie: 'barecast_session="r:abc"', ...forwarded }, withToken],
  ["percent-encoded cookie, as signaling sets it", { ...app, cookie: "barecast_session=r%3Aabc", ...forwarded }, withToken],
  ["damaged cookie", { ...app, cookie: "barecast_session=r%zzabc", ...forwarded }, asIs],
  ["cookie there twice", { ...app, cookie: "barecast_session=r:abc; barecast_session=r:def", ...forwarded }, asIs],
  ["empty cookie", { ...app, cookie: "barecast_session=", ...forwarded }, asIs],
  ["a cookie whose name ends alike", { ...app, cookie: "x-barecast_session=r:abc", ...forwarded }, asIs],
  ["a token of its own wins", { ...app, ...cookie, ...forwarded, "x-parse-session-token": "r:own" }, asIs],
  [
    "foreign origin",
    { ...app, ...cookie, ...forwarded, origin: "https://evil.example" },
    foreign('Origin: Expected one of https://replica.localhost, found "https://evil.example"'),
  ],
  [
    "opaque origin",
    { ...app, ...cookie, ...forwarded, origin: "null" },
    foreign('Origin: Expected one of https://replica.localhost, found "null"'),
  ],
  [
    "same site is not same origin",
    { ...app, ...cookie, ...forwarded, "sec-fetch-site": "same-site" },
    foreign('Sec-Fetch-Site: Expected "same-origin", found "same-site"'),
  ],
  ["foreign origin without a cookie is Parse's to judge", { ...app, ...forwarded, origin: "https://evil.example" }, asIs],
  ["outside without an application id", { ...cookie, ...forwarded }, noId],
  ["outside with another one", { ...forwarded, "x-parse-application-id": "other" }, noId],
  ["outside with the master key", { ...app, ...forwarded, "x-parse-master-key": "k" }, key("x-parse-master-key")],
  ["outside with an empty one", { ...app, ...forwarded, "x-parse-master-key": "" }, key("x-parse-master-key")],
  [
    "outside with the maintenance key",
    { ...app, "x-forwarded-proto": "https", "x-parse-maintenance-key": "k" },
    key("x-parse-maintenance-key"),
  ],
  ["RFC 7239 counts as outside", { ...app, forwarded: "for=203.0.113.9", "x-parse-master-key": "k" }, key("x-parse-master-key")],
  ["outside with HTTP Basic", { ...app, ...cookie, ...forwarded, authorization: "Basic x" }, { ...withToken, remove: ["authorization"] }],
  ["inside with the master key", { ...app, "x-parse-master-key": "k" }, asIs],
  ["inside without an application id", { authorization: "Basic x" }, asIs],
])("%s", (_name, headers, expected) => {
  expect(decide({ method: "GET", path: "/classes/Recording", headers }, origins)).toEqual(expected);
});

test("preflights and Parse's own health need no application id", () => {
  expect(decide({ method: "OPTIONS", path: "/classes/Recording", headers: forwarded }, origins)).toEqual(asIs);
  expect(decide({ method: "GET", path: "/health", headers: forwarded }, origins)).toEqual(asIs);
});
