import { imageTable } from "../images";
import { memory, nodeHealth, onHost, partOf, scratch, type Part, type StackInput } from "../part";

/** Recordings on every media host, made by Ansible, owned by the media server, readable by nginx through the group. */
export const recordingsFolder = "/var/lib/barecast/recordings";

/** One media server on each host with the role: each is told its own address. */
export const media = (input: StackInput): Part[] => {
  const { site } = input;
  return site.hosts
    .filter(({ roles }) => roles.includes("media"))
    .map((host) =>
      partOf(input, {
        key: `media-${host.name}`,
        image: "media",
        networks: "host",
        env: {
          MEDIA_ADDRESS: host.address,
          MEDIA_CONTROL_ADDRESS: host.address,
          MEDIA_CONTROL_PORT: String(site.ports.mediaControl),
          MEDIA_MIN_PORT: String(site.ports.media.from),
          MEDIA_MAX_PORT: String(site.ports.media.to),
          MEDIA_RECORDINGS: imageTable.media.paths.recordings!,
          MEDIA_LOG_LEVEL: site.logLevel,
        },
        binds: [{ source: recordingsFolder, path: imageTable.media.paths.recordings!, isReadOnly: false }],
        tmpfs: [scratch("/tmp", 64)],
        healthcheck: nodeHealth(`http://${host.address}:${site.ports.mediaControl}/health`),
        constraints: [onHost(host.name)],
        update: "stop-first",
        memoryBytes: memory(1024),
      }),
    );
};
