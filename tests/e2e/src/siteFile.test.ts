import { rmSync } from "node:fs";
import path from "node:path";
import { parseSite } from "@barecast/site";
import { merged, readSiteFile, storySite, writeSiteFile } from "./siteFile";

const onTestEnd: (() => void)[] = [];
afterEach(() => onTestEnd.splice(0).forEach((act) => act()));

test("changes are laid over a site, and taken away again", () => {
  const camera = { cameras: { gate: { url: "rtsp://172.30.241.200:8554/stream" } } };
  const changed = merged(storySite, { ...camera, console: { title: "Story" }, network: { overlays: "10.240.0.0/16" } });
  expect(changed).toEqual({
    site: "e2e",
    domain: "e2e.localhost",
    images: "packages",
    hosts: { one: { machine: {} } },
    network: { machines: "172.30.241.0/24", overlays: "10.240.0.0/16" },
    cameras: { gate: { url: "rtsp://172.30.241.200:8554/stream" } },
    console: { title: "Story" },
  });
  expect(merged(changed, { cameras: undefined, console: undefined, network: { overlays: undefined } })).toEqual(storySite);
});

test("the stories' site file is a good one", () => {
  const file = writeSiteFile(storySite);
  onTestEnd.push(() => rmSync(path.dirname(file), { recursive: true }));
  expect(readSiteFile(file)).toEqual(storySite);
  expect(parseSite(JSON.stringify(storySite), file).hosts).toEqual([
    { name: "one", address: "172.30.241.10", machine: { baked: true }, roles: expect.any(Array), ssh: { port: 22, user: "root" } },
  ]);
});
