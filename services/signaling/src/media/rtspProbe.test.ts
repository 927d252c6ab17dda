import { closeAfterEach } from "../testing/closing";
import { startRtspCamera } from "../testing/rtspCamera";
import { probeRtsp } from "./rtspProbe";

const closeAtEnd = closeAfterEach();

const basic = 'Basic realm="cam"';
const digest = 'Digest realm="cam", nonce="n1"';

test.each([
  ["rtsp", [basic], "describes", [undefined, "Basic"]],
  ["rtsp", [basic, digest], "describes", [undefined, "Digest"]],
  ["rtsps", [basic], "basicOnly", [undefined]],
  ["rtsps", [basic, digest], "describes", [undefined, "Digest"]],
] as const)("over %s a camera that asks for %j: %s, and is told %j", async (protocol, challenges, answer, credentials) => {
  const camera = await startRtspCamera(closeAtEnd, protocol, challenges);
  expect(await probeRtsp(camera.url, { username: "viewer", password: "secret" }, 5000)).toBe(answer);
  expect(camera.told).toEqual(credentials);
});
