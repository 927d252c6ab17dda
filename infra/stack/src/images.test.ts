import { imageNames, imagesFor, imageTable, imageUser } from "./images";
import pinned from "./upstream.digests.json";

test("the images of each purpose", () => {
  expect({ site: imagesFor("site"), machine: imagesFor("machine"), test: imagesFor("test"), build: imagesFor("build") }).toEqual({
    site: ["traefik", "socketproxy", "coturn", "registry", "postgres", "redis", "web", "media", "kurento", "signaling", "parse"],
    machine: ["machine", "machine-baked"],
    test: ["browser", "camera", "reaper"],
    build: ["base", "bookworm", "golang", "node"],
  });
});

test("needs are rows that stand before the one that needs them", () => {
  const late = imageNames.flatMap((name, at) => imageTable[name].needs.filter((need) => imageNames.indexOf(need) >= at));
  expect(late).toEqual([]);
});

test("every site image runs as a user of its own, never root; Kurento takes the pocket server's place and its recordings", () => {
  const users = imagesFor("site")
    .filter((name) => name !== "kurento")
    .map((name) => imageTable[name].user);
  expect(imageTable.kurento.user).toBe(imageTable.media.user);
  expect(imageTable.kurento.paths["recordings"]).toBe(imageTable.media.paths["recordings"]);
  expect(new Set(users).size).toBe(users.length);
  expect(users.filter((user) => !/^52\d{3}:52\d{3}$/.test(user))).toEqual([]);
});

test("uid and gid of a row", () => {
  expect(imageUser("coturn")).toEqual({ uid: 52003, gid: 52003 });
});

test("pinned references are those of the table, each by a digest", () => {
  const references = imageNames.map((name) => imageTable[name].upstream);
  expect(Object.keys(pinned).filter((reference) => !references.includes(reference))).toEqual([]);
  expect(Object.values(pinned).filter((digest) => !/^sha256:[0-9a-f]{64}$/.test(String(digest)))).toEqual([]);
});
