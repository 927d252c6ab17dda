import { getContainerRuntimeClient, getReaper, LABEL_TESTCONTAINERS_SESSION_ID } from "testcontainers";
import Docker from "dockerode";
import { testImages } from "./images";

export const docker = new Docker();

/** Labels by which the reaper removes what this test run made by Docker's API, should it be killed. */
export async function sessionLabels(): Promise<Record<string, string>> {
  await testImages(); // names the reaper's image
  const { sessionId } = await getReaper(await getContainerRuntimeClient());
  return { "org.testcontainers": "true", [LABEL_TESTCONTAINERS_SESSION_ID]: sessionId };
}
