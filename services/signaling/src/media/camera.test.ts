import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { connectClient, until, type TestClient } from "../testing/client";
import { closeAfterEach } from "../testing/closing";
import { startRtspCamera } from "../testing/rtspCamera";
import { origin, startSetup, type Setup } from "../testing/setup";
import { authorize } from "./rtspProbe";

/** A camera's control connection that gives one answer to everything. */
async function startRtsp(answer: string): Promise<{ server: Server; url: string }> {
  const server = createServer((socket) => socket.on("data", () => socket.write(answer)).on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/main` };
}

const refuses = 'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="cam", nonce="n1"\r\n\r\n';
const camera = { patienceMs: 2000, firstRetryMs: 50, lastRetryMs: 100 };
const flowing = { state: "FLOWING", mediaType: "VIDEO" };

let setup: Setup;
let rtsp: Awaited<ReturnType<typeof startRtsp>>;
let operator: TestClient;
async function start(answer: string): Promise<void> {
  rtsp = await startRtsp(answer);
  const { server } = rtsp;
  closeAtEnd(() => new Promise((resolve) => server.close(resolve)));
  const gate = { name: "gate", title: "Gate", url: rtsp.url, username: "viewer", hasPassword: true, record: true };
  setup = await startSetup({ cameras: [gate] }, { camera });
  closeAtEnd(() => setup.close());
  operator = await connectClient(setup.signaling.port, { origin });
  operator.send({ type: "authenticate", id: "a", token: "token-olga" });
  await operator.next("authenticated");
  operator.send({ type: "watch", id: "w" });
  await until(() => (setup.media.asked.includes("invoke play") ? null : "nothing was played"));
}
const closeAtEnd = closeAfterEach();

test("a camera is live with its picture, recorded, and played with its credentials", async () => {
  await start("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
  setup.media.emit("PlayerEndpoint", "MediaFlowOutStateChanged", flowing);
  await operator.next("streams", ({ streams }) => streams[0]?.state === "live" && streams[0].isRecording);
  const created = setup.media.parameters.filter((given) => "uri" in given);
  expect(created).toEqual([
    {
      mediaPipeline: expect.any(String),
      uri: rtsp.url.replace("rtsp://", "rtsp://viewer:p%40ss@"),
      useEncodedMedia: true,
      networkCache: 0,
    },
    {
      mediaPipeline: expect.any(String),
      uri: expect.stringMatching(/^file:\/\/\/recordings\/camera-gate-\d{8}T\d{6}Z\.mkv$/),
      mediaProfile: "MKV_VIDEO_ONLY",
    },
  ]);
  await until(() => (setup.parse.rows.some(({ className }) => className === "Recording") ? null : "no row"));
});

test("a wrong password is said on the wall and in the log, without the password, and the camera is tried again", async () => {
  await start(refuses);
  setup.media.emit("PlayerEndpoint", "Error", { description: "Invalid URI", errorCode: 0 });
  const { streams } = await operator.next("streams", (message) => message.streams[0]?.state === "down");
  expect(streams[0]).toMatchObject({ id: "camera-gate", state: "down", reason: `Wrong username or password for ${rtsp.url}` });
  expect(setup.log.filter((line) => line.includes("Camera is down")).map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: "warn", camera: "gate", reason: `Wrong username or password for ${rtsp.url}` },
  ]);
  expect(setup.log.join("\n")).not.toContain("p%40ss");
  await until(() => (setup.media.asked.filter((what) => what === "create PlayerEndpoint").length >= 2 ? null : "not tried again"));
});

test("a camera that loses power comes back on a new player, to the viewers it had", async () => {
  await start("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
  setup.media.emit("PlayerEndpoint", "MediaFlowOutStateChanged", flowing);
  await operator.next("streams", ({ streams }) => streams[0]?.state === "live");
  const offer = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 97\r\na=rtpmap:97 VP8/90000\r\n";
  operator.send({ type: "view", id: "v", connectionId: "tile", streamId: "camera-gate", offer });
  await operator.next("answer");
  const connects = () => setup.media.parameters.filter(({ sink }) => String(sink).endsWith("WebRtcEndpoint")).length;
  expect(connects()).toBe(1);
  setup.media.emit("PlayerEndpoint", "EndOfStream", {});
  await operator.next("streams", ({ streams }) => streams[0]?.state === "down");
  await until(() => (connects() === 2 ? null : "the viewer was not connected to a new player"));
  setup.media.emit("PlayerEndpoint", "MediaFlowOutStateChanged", flowing);
  await until(() => {
    const last = operator.received.filter((message) => message.type === "streams").at(-1);
    return last?.streams[0]?.state === "live" && last.streams[0].viewers === 1 ? null : `the wall says ${JSON.stringify(last)}`;
  });
  const players = setup.media.objects().filter((id) => id.endsWith("PlayerEndpoint"));
  expect(players).toHaveLength(1);
  expect(operator.received.filter(({ type }) => type === "ended")).toEqual([]);
});

test("a server that stops ends a camera's row at once, its recording's when the file is closed", async () => {
  await start("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
  setup.media.emit("PlayerEndpoint", "MediaFlowOutStateChanged", flowing);
  const open = () => setup.parse.rows.filter((row) => row["run"] && !row["endedAt"]).map(({ className }) => className);
  await until(() => (open().length === 2 ? null : `the open rows are ${open().join(", ")}`));
  const letGo = setup.media.holdNext("invoke stopAndWait");
  const closing = setup.signaling.close();
  await until(() => (open().length < 2 ? null : "no end is marked"));
  expect(open()).toEqual(["Recording"]);
  letGo();
  await closing;
  expect(open()).toEqual([]);
});

test("Digest as RFC 2617's own example has it", () => {
  const challenge = 'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
  const value = authorize([challenge], { username: "Mufasa", password: "Circle Of Life" }, "GET", "/dir/index.html");
  expect(value).toContain('username="Mufasa", realm="testrealm@host.com"');
  expect(authorize(["Basic realm=x"], { username: "a", password: "b" }, "GET", "/")).toBe("Basic YTpi");
  expect(authorize(["Negotiate"], { username: "a", password: "b" }, "GET", "/")).toBeNull();
});

test("a password is not told readable to whoever has no certificate that counts: the camera is not even played", async () => {
  const { url, told } = await startRtspCamera(closeAtEnd, "rtsps", ['Basic realm="cam"']);
  const gate = { name: "gate", title: "Gate", url, username: "viewer", hasPassword: true, record: true };
  setup = await startSetup({ cameras: [gate] }, { camera });
  closeAtEnd(() => setup.close());
  operator = await connectClient(setup.signaling.port, { origin });
  operator.send({ type: "authenticate", id: "a", token: "token-olga" });
  await operator.next("authenticated");
  operator.send({ type: "watch", id: "w" });
  const { streams } = await operator.next("streams", (message) => message.streams[0]?.state === "down");
  expect(streams[0]!.reason).toBe(
    `The camera asks for its password readable (Basic), and nobody vouches for its certificate: ${url}. Let it ask for Digest`,
  );
  expect({ played: setup.media.asked.includes("invoke play"), told: [...new Set(told)] }).toEqual({ played: false, told: [undefined] });
});
