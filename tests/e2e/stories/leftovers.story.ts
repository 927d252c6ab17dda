import { machineNetwork, networkOptions, siteLabel } from "@barecast/machines";
import { testImages } from "../src/images";
import { removeOutside, removeSites, unlessGone } from "../src/leftovers";
import { docker, sessionLabels } from "../src/session";

// A run that is killed together with its reaper leaves what nobody knows of any more: the next one takes it away, and nothing else.

const ofNobody = { "org.testcontainers": "true", "org.testcontainers.session-id": "a-session-that-was-killed" };

test("what killed stories left goes; a kept site, others' sites and containers, and those of stories at work stay", async () => {
  const { reaper: image } = await testImages();
  const networks = [
    { Name: "barecast-client-killed", Labels: ofNobody },
    networkOptions(machineNetwork("e2e-killed", "172.30.244.0/24"), { [siteLabel]: "e2e-killed" }),
    networkOptions(machineNetwork("e2e-kept", "172.30.243.0/24"), { ...ofNobody, [siteLabel]: "e2e-kept" }),
    networkOptions(machineNetwork("e2emil", "172.30.240.0/24"), { [siteLabel]: "e2emil" }),
  ];
  const containers = [
    { name: "barecast-killed-client", Labels: { ...ofNobody, "barecast.image": "browser" } },
    { name: "barecast-killed-scanner", Labels: { ...ofNobody, "barecast.image": "reaper" } },
    { name: "barecast-others-client", Labels: { ...ofNobody, "barecast.image": "postgres" } },
    { name: "barecast-living-client", Labels: { ...(await sessionLabels()), "barecast.image": "browser" } },
  ];
  await removeOwn(); // of a run of this story that was killed
  await Promise.all(networks.map((options) => docker.createNetwork(options)));
  const created = await Promise.all(
    containers.map((container) =>
      docker.createContainer({ ...container, Image: image, NetworkingConfig: { EndpointsConfig: { "barecast-client-killed": {} } } }),
    ),
  );
  try {
    const removed = [...(await removeOutside()), ...(await removeSites((site) => site === "e2e-killed"))];
    expect(removed.sort()).toEqual(["barecast-client-killed", "barecast-e2e-killed", "barecast-killed-client", "barecast-killed-scanner"]);
    const names = (await docker.listNetworks()).map(({ Name }) => Name);
    expect(networks.map(({ Name }) => Name).filter((name) => names.includes(name))).toEqual(["barecast-e2e-kept", "barecast-e2emil"]);
    for (const { id } of created.slice(-2)) await expect(docker.getContainer(id).inspect()).resolves.toMatchObject({ Id: id });
  } finally {
    await removeOwn();
  }

  async function removeOwn(): Promise<void> {
    for (const { name } of containers) await docker.getContainer(name).remove({ force: true }).catch(unlessGone);
    for (const { Name } of networks) await docker.getNetwork(Name).remove().catch(unlessGone);
  }
});
