import { downText } from "./down";

test("what went, what was lost with it, and what is kept", () => {
  expect(
    downText({
      removed: ["barecast-demo-one", "barecast-demo", "barecast-demo-one-docker"],
      kept: ["registry:2: in use by another site", "/srv/.state/demo/secrets.age: the site's secrets: the next `up` has the same logins"],
      hasLostData: true,
    }),
  ).toBe(
    `Removed: barecast-demo-one, barecast-demo, barecast-demo-one-docker
With the machine went the site's recordings and database
Kept:
  registry:2: in use by another site
  /srv/.state/demo/secrets.age: the site's secrets: the next \`up\` has the same logins`,
  );
});

test("where nothing was there", () => {
  expect(downText({ removed: [], kept: [], hasLostData: false })).toBe("Removed: nothing was there");
});
