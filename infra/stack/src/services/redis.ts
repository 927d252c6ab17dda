import { attach } from "../networks";
import { health, memory, onRole, partOf, scratch, type Part, type StackInput } from "../part";

/**
 * State shared by signaling's replicas and Parse's LiveQuery. Nothing is kept on disk: it is rebuilt after a restart. `hz`: how often a second it does
 * its housekeeping (keys to forget, clients that are gone, a stop that was asked for); a key that is asked for too late is forgotten at once anyway.
 */
const config = ({ secrets }: StackInput) => `bind 0.0.0.0
port 6379
protected-mode no
requirepass ${secrets.redisPassword}
save ""
appendonly no
maxmemory 128mb
maxmemory-policy noeviction
dir /tmp
hz 1
`;

/** An answer in Redis's own protocol: +PONG, or the refusal of a client without password. */
const ping = health([
  "/bin/bash",
  "-c",
  "exec 3<>/dev/tcp/127.0.0.1/6379 && printf 'PING\\r\\n' >&3 && read -r line <&3 && [[ $line == +PONG* || $line == -NOAUTH* ]]",
]);

export const redis = (input: StackInput): Part =>
  partOf(input, {
    key: "redis",
    image: "redis",
    args: ["/run/secrets/redis.conf"],
    networks: [attach(input.site, "core", "redis")],
    tmpfs: [scratch()],
    secretFiles: [{ key: "redis-config", path: "/run/secrets/redis.conf", content: config(input) }],
    healthcheck: ping,
    constraints: [onRole("store")],
    update: "stop-first",
    memoryBytes: memory(192),
  });
