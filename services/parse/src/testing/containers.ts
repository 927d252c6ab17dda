import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { GenericContainer, Wait, type StartedTestContainer } from "testcontainers";
import { databaseProblem } from "../database";
import { until } from "../until";

/** For tests: PostgreSQL with PostGIS from the site's own image, on a free port of this computer. */
export interface ThrowawayDatabase {
  readonly port: number;
  readonly password: string;
  /** Stops the server at once (SIGQUIT), so that a crash can be tried; `start` brings it back. */
  halt(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** Whoever starts these tests names the images: `jest --selectProjects=services` does, by its setup. */
function imageOf(name: "postgres" | "redis"): string {
  const variable = `BARECAST_IMAGE_${name.toUpperCase()}`;
  const ref = process.env[variable];
  if (!ref) throw new Error(`${variable}: Expected an image's reference, found nothing. Run: npx jest --selectProjects=services`);
  return ref;
}

export async function throwawayDatabase(): Promise<ThrowawayDatabase> {
  const port = await freePort();
  const password = "test/pass:word@1";
  const container = await new GenericContainer(imageOf("postgres"))
    .withEnvironment({ POSTGRES_USER: "parse", POSTGRES_DB: "parse", POSTGRES_PASSWORD_FILE: "/run/secrets/postgres" })
    .withCopyContentToContainer([{ content: password, target: "/run/secrets/postgres", mode: 0o444 }])
    .withExposedPorts({ container: 5432, host: port })
    .withAutoRemove(false)
    .withWaitStrategy(Wait.forLogMessage(/listening on IPv4 address/))
    .start();
  const config = { database: { host: "127.0.0.1", port, name: "parse", user: "parse" } };
  const answers = () => until(() => databaseProblem(config as never, { postgres: password } as never), { withinMs: 30_000 });
  const docker = (...args: string[]) => void execFileSync("docker", args, { stdio: "pipe" });
  await answers();
  return {
    port,
    password,
    halt: async () => {
      docker("kill", "--signal=QUIT", container.getId());
      docker("wait", container.getId());
    },
    start: async () => (docker("start", container.getId()), answers()),
    remove: () => removed(container),
  };
}

/** For tests: Redis from the site's own image. */
export async function throwawayRedis(password: string): Promise<{ readonly port: number; remove(): Promise<void> }> {
  const container = await new GenericContainer(imageOf("redis"))
    .withCopyContentToContainer([
      { content: `bind 0.0.0.0\nsave ""\ndir /tmp\nrequirepass ${password}\n`, target: "/redis.conf", mode: 0o444 },
    ])
    .withCommand(["/redis.conf"])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .start();
  return { port: container.getMappedPort(6379), remove: () => removed(container) };
}

const removed = async (container: StartedTestContainer) => void (await container.stop({ timeout: 0, remove: true, removeVolumes: true }));

/** A TCP port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
