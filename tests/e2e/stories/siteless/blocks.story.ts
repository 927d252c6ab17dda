import { startBrowser, type Browser } from "../../src/browser";
import { storyClip, type Clip } from "../../src/clip";
import type { Access } from "../../src/firewall";
import { judged } from "../../src/judge";
import { clientNetwork, type ClientNetwork } from "../../src/networks";
import { lagMs, live, livenessProblem } from "../../src/reading";
import { startStandIn, type StandIn } from "../../src/standIn";
import { readCounter } from "../../src/watch";

// What the stories are built of, tried without a site: a check that can't fail here would prove nothing there.
jest.setTimeout(600_000);

let standIn: StandIn;
const open: (Browser | ClientNetwork)[] = [];

beforeAll(async () => {
  standIn = await startStandIn();
}, 600_000);
afterAll(async () => {
  for (const thing of open.reverse()) await ("close" in thing ? thing.close() : thing.remove());
  await standIn?.remove();
});

async function browserIn(access: Access, options: { camera?: Clip; trusts?: boolean } = {}): Promise<Browser> {
  const network = await clientNetwork(standIn.network, access);
  open.push(network);
  const known = { hosts: { [standIn.domain]: standIn.address }, ...(options.trusts === false ? {} : { ca: standIn.ca }) };
  const browser = await startBrowser(network, known, options);
  open.push(browser);
  return browser;
}

describe("the counter", () => {
  test("goes from a camera through a peer connection, and a check that is true while it runs is false when it is paused", async () => {
    const browser = await browserIn("open", { camera: storyClip });
    const page = await browser.newPage();
    await page.goto(`https://${standIn.domain}/`);
    await page.evaluate(async () => {
      const [local, remote] = ["local", "remote"].map((id) => document.getElementById(id) as HTMLVideoElement) as [
        HTMLVideoElement,
        HTMLVideoElement,
      ];
      const camera = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 180 } });
      local.srcObject = camera;
      const [sender, receiver] = [new RTCPeerConnection(), new RTCPeerConnection()];
      sender.onicecandidate = ({ candidate }) => void receiver.addIceCandidate(candidate ?? undefined);
      receiver.onicecandidate = ({ candidate }) => void sender.addIceCandidate(candidate ?? undefined);
      receiver.ontrack = ({ streams }) => (remote.srcObject = streams[0]!);
      camera.getTracks().forEach((track) => sender.addTrack(track, camera));
      await sender.setLocalDescription();
      await receiver.setRemoteDescription(sender.localDescription!);
      await receiver.setLocalDescription();
      await sender.setRemoteDescription(receiver.localDescription!);
      await new Promise((resolve) => remote.requestVideoFrameCallback(resolve));
      Object.assign(globalThis, { sender });
    });
    const {
      problem,
      readings: [viewer, publisher],
    } = await judged(live, () => Promise.all([readCounter(page, "#remote", live.seconds), readCounter(page, "#local", live.seconds + 1)]));
    expect(problem).toBeNull();
    expect(lagMs(publisher, viewer)).toBeLessThan(2000);

    await page.evaluate(() => (globalThis as unknown as { sender: RTCPeerConnection }).sender.getSenders()[0]!.replaceTrack(null));
    const paused = await readCounter(page, "#remote", live.seconds);
    expect(livenessProblem(paused, live)).toMatch(/^Expected /);
  });

  test("is not found where there is no video", async () => {
    const page = await (open.find((thing) => "newPage" in thing) as Browser).newPage();
    await page.goto(`https://${standIn.domain}/`);
    expect(await readCounter(page, "#remote", 1)).toEqual([]);
    await expect(readCounter(page, "title", 1)).rejects.toThrow('Expected a video element at "title", found TITLE');
  });
});

/** How long a page waits for an answer: where there is to be one the computer may be busy, where there is to be none a moment is enough. */
const patienceMs = (isAnswered: boolean) => (isAnswered ? 120_000 : 5000);

/** The addresses under which STUN sees a page, by asking 3478 and 40000. */
async function mappedAddresses(browser: Browser, port: number, isAnswered: boolean): Promise<string[]> {
  const page = await browser.newPage();
  await page.goto(`https://${standIn.domain}/`);
  const asked = { url: `stun:${standIn.domain}:${port}`, withinMs: patienceMs(isAnswered) };
  const found = await page.evaluate(async ({ url, withinMs }) => {
    const peer = new RTCPeerConnection({ iceServers: [{ urls: url }] });
    peer.createDataChannel("x");
    const addresses: string[] = [];
    const done = new Promise<void>((resolve) => {
      peer.onicecandidate = ({ candidate }) => {
        if (candidate?.type === "srflx" && candidate.address) addresses.push(candidate.address);
        if (!candidate) resolve();
      };
      setTimeout(resolve, withinMs); // a server that is not reached is asked again for a minute
    });
    await peer.setLocalDescription();
    await done;
    peer.close();
    return addresses;
  }, asked);
  await page.close();
  return found;
}

async function reaches(browser: Browser, port: number, isAnswered: boolean): Promise<boolean> {
  const page = await browser.newPage();
  await page.goto(`https://${standIn.domain}/`);
  const isThere = await page.evaluate(
    ({ url, withinMs }) =>
      fetch(url, { signal: AbortSignal.timeout(withinMs) }).then(
        ({ ok }) => ok,
        () => false,
      ),
    { url: `https://${standIn.domain}:${port}/`, withinMs: patienceMs(isAnswered) },
  );
  await page.close();
  return isThere;
}

describe("a client network", () => {
  test.each<[Access, { https: boolean; stun: boolean; media: boolean }]>([
    ["open", { https: true, stun: true, media: true }],
    ["https", { https: false, stun: false, media: false }],
    ["https-and-turn", { https: false, stun: true, media: false }],
  ])("that is %s lets through what it says", async (access, expected) => {
    const browser = await browserIn(access);
    const [stun, media, https] = await Promise.all([
      mappedAddresses(browser, 3478, expected.stun),
      mappedAddresses(browser, 40_000, expected.media),
      reaches(browser, 8443, expected.https),
    ]);
    expect({ https, stun: stun.length > 0, media: media.length > 0 }).toEqual(expected);
    // The router masks the client: what the site sees is none of the client's own addresses.
    expect(stun).not.toContain(browser.container.getIpAddress(browser.network.name));
    const dropped = await browser.network.dropped(browser.container.getId());
    expect(dropped > 0).toBe(access !== "open");
  });
});

test("a site whose authority is not trusted is refused", async () => {
  const page = await (await browserIn("open", { trusts: false })).newPage();
  await expect(page.goto(`https://${standIn.domain}/`)).rejects.toThrow("ERR_CERT_AUTHORITY_INVALID");
});
