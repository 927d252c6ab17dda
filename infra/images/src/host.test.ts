import { mirrorOf } from "./host";

const listing = `http://m.example/debian/ bookworm main
http://m.example/debian/ bookworm-updates main
http://m.example/security/ bookworm-security main
https://packages.example/apt nodistro main
`;

test("the mirrors that serve the machine's own release", () => {
  expect(mirrorOf(listing, "bookworm")).toEqual({ main: "http://m.example/debian", security: "http://m.example/security" });
});

test("none for a release that apt does not serve", () => {
  expect(mirrorOf(listing, "trixie")).toBeUndefined();
  expect(mirrorOf("", "bookworm")).toBeUndefined();
});
