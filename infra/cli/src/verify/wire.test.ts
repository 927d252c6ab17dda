import { once } from "node:events";
import https from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { loadSite } from "@barecast/site";
import { newAuthority, newServerCertificate } from "@barecast/site/certificates";
import { WebSocketServer, type WebSocket } from "ws";
import { projectFolder } from "../context";
import { awaitAnswers } from "../steps/verify";
import { endingOf } from "../words";
import { verifyStream } from "./stream";
import { signIn, type Endpoint } from "./wire";

type Answer = readonly [status: number, body: string, cookie?: string];

/** A site that answers requests with these, in turn, and WebSockets with `converse`, if at all. */
async function withSite(
  answers: Answer[],
  run: (endpoint: Endpoint) => Promise<void>,
  converse?: (socket: WebSocket, asked: { id: string; type: string }) => void,
): Promise<void> {
  const authority = await newAuthority("A test");
  const server = https.createServer(await newServerCertificate(authority, ["site.test"]), (_request, response) => {
    const [status, body, cookie] = answers.shift()!;
    response.writeHead(status, cookie ? { "set-cookie": cookie } : {}).end(body);
  });
  const sockets = converse && new WebSocketServer({ server });
  sockets?.on("connection", (socket) => socket.on("message", (data) => converse!(socket, JSON.parse(String(data)) as never)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    const { port } = server.address() as AddressInfo;
    await run({ domain: "site.test", address: "127.0.0.1", port, ca: authority.cert });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
const good: Answer = [200, "{}", "barecast_session=abc; Path=/; HttpOnly"];
const busy: Answer = [503, "try again shortly"];

test("a site that is busy is asked again until it knows", () =>
  withSite([busy, [502, "Bad Gateway"], good], async (endpoint) => {
    await expect(signIn(endpoint, "verifier", "right")).resolves.toMatch(/^[^;]+=abc$/);
  }));

test("one that stays busy, and one that refuses, are told with their words", () =>
  withSite([busy, [401, "no"]], async (endpoint) => {
    const address = `POST https://site.test:${endpoint.port}/session: Expected 200 and a session cookie, found`;
    await expect(signIn(endpoint, "verifier", "right", { withinMs: 0 })).rejects.toThrow(`${address} 503 try again shortly`);
    await expect(signIn(endpoint, "verifier", "wrong")).rejects.toThrow(`${address} 401 no`);
  }));

describe("exit code 5, verify failed", () => {
  const endingWhere = async (answers: Answer[], converse?: Parameters<typeof withSite>[2], withinMs = 60_000) => {
    let ending: unknown;
    const verified = async (endpoint: Endpoint) => {
      ending = await verifyStream(endpoint, { username: "verifier", password: "right" }, { withinMs }).then(String, endingOf);
    };
    await withSite(answers, verified, converse);
    return ending;
  };
  const failed = (code: string, message: string | RegExp) => ({
    exitCode: 5,
    failure: { code, message: expect.stringMatching(message) },
  });

  test("sign-in is refused", async () => {
    expect(await endingWhere([[401, "no"]])).toEqual(failed("verify.session", /found 401 no$/));
  });

  test("signaling has no WebSocket, ends it, says what nobody knows, or refuses what is asked", async () => {
    expect(await endingWhere([good, [503, "not yet"]])).toEqual(
      failed("verify.wire", /^wss:\/\/site\.test:\d+\/ws: Expected a WebSocket, found Unexpected server response: 503$/),
    );
    expect(await endingWhere([good], (socket) => socket.close(1012, "restart"))).toEqual(
      failed("verify.wire", /^The WebSocket was closed \(1012 restart\)$/),
    );
    expect(await endingWhere([good], (socket) => socket.send('{"type":"welcome"}'))).toEqual(
      failed(
        "verify.wire",
        /^wss:.*\/ws: Expected a message that this version knows, found \{"type":"welcome"\}\. Run up: then both are of one version$/,
      ),
    );
    const refuse = (socket: WebSocket, { id }: { id: string }) =>
      socket.send(JSON.stringify({ type: "error", id, code: "unauthenticated", message: "Sign in" }));
    expect(await endingWhere([good], refuse)).toEqual(failed("verify.wire", /^authenticate: Sign in \(unauthenticated\)$/));
  });

  describe("no media server is there", () => {
    const user = { id: "v", name: "verifier", roles: ["operator"] };
    /** Signs in, refuses to publish for these reasons, and closes when it has no more. */
    const refusing =
      (reasons: string[], said: string[]) =>
      (socket: WebSocket, { id, type }: { id: string; type: string }) => {
        if (type === "candidate") return;
        said.push(type);
        const signedIn = type === "authenticate" && { type: "authenticated", user, iceServers: [], iceTtlSeconds: 60 };
        socket.send(JSON.stringify({ id, ...(signedIn || { type: "error", code: reasons.shift(), message: "Later" }) }));
        if (reasons.length === 0) socket.close(1012, "restart");
      };

    test("it is asked again, and any other refusal ends it", async () => {
      const said: string[] = [];
      const ending = await endingWhere([good], refusing(["mediaUnavailable", "mediaUnavailable", "tooMany"], said));
      expect(ending).toEqual(failed("verify.wire", /^publish: Later \(tooMany\)$/));
      expect(said).toEqual(["authenticate", "publish", "publish", "publish"]);
    });

    test("a server that goes away between two questions is heard", async () => {
      const ending = await endingWhere([good], refusing(["mediaUnavailable"], []));
      expect(ending).toEqual(failed("verify.wire", /^The WebSocket was closed \(1012 restart\)$/));
    });

    test("none comes: what was said last is told", async () => {
      const never = Array.from({ length: 9 }, () => "mediaUnavailable");
      const last = /^No moving video within 1\.2 s: publish: Later \(mediaUnavailable\); publisher new, viewer new$/;
      expect(await endingWhere([good], refusing(never, []), 1200)).toEqual(failed("verify.stream", last));
    });
  });

  test("no frame comes back", async () => {
    expect(await endingWhere([good], () => undefined, 300)).toEqual(
      failed("verify.stream", /^No moving video within 0\.3 s: nothing was negotiated; publisher new, viewer new$/),
    );
  });

  test("a page does not answer as it should: each with what it said, and the machines that rest", async () => {
    const site = loadSite(path.join(projectFolder, "sites", "replica.yaml"));
    const answers: Answer[] = Array.from({ length: 4 }, () => [503, "nobody"]);
    const why = async () => ["hosts.two: Its machine is stopped"];
    await withSite(answers, async (endpoint) => {
      const ending = await awaitAnswers(endpoint, site, { withinMs: 0, why }).then(() => null, endingOf);
      expect(ending).toEqual(
        failed(
          "verify.health",
          [
            "https://site.test/: Expected 200 (the console), found 503 nobody",
            "https://site.test/report/: Expected 200 (the reporter's page), found 503 nobody",
            "https://site.test/session: Expected 401 (signaling: nobody is signed in), found 503 nobody",
            "https://site.test/rec/one/: Expected 401 (recordings of one: for operators only), found 503 nobody",
            "hosts.two: Its machine is stopped",
          ]
            .join("\n")
            .replace(/[()/.]/g, "\\$&"),
        ),
      );
    });
  });
});
