import type { Site } from "@barecast/site";
import { imageTable } from "../images";
import { memory, nodeHealth, onHost, partOf, scratch, type Part, type PartSpec, type StackInput } from "../part";
import { kurento } from "./kurento";

/** Recordings on every media host, made by Ansible, owned by the media server, readable by nginx through the group. */
export const recordingsFolder = "/var/lib/barecast/recordings";

/** The image of each media server that a site may choose. */
export const mediaImages = { pocket: "media", kurento: "kurento" } as const;

type Host = Site["hosts"][number];
/** What differs between them; nothing else in the system knows which one answers. */
type Variant = (input: StackInput, host: Host) => Pick<PartSpec, "env" | "args" | "configFiles" | "healthcheck" | "memoryBytes">;

const pocket: Variant = ({ site }, host) => ({
  env: {
    MEDIA_ADDRESS: host.address,
    MEDIA_CONTROL_ADDRESS: host.address,
    MEDIA_CONTROL_PORT: String(site.ports.mediaControl),
    MEDIA_MIN_PORT: String(site.ports.media.from),
    MEDIA_MAX_PORT: String(site.ports.media.to),
    MEDIA_RECORDINGS: imageTable.media.paths.recordings!,
    MEDIA_LOG_LEVEL: site.logLevel,
  },
  healthcheck: nodeHealth(`http://${host.address}:${site.ports.mediaControl}/health`),
  memoryBytes: memory(1024),
});
const variants: Record<Site["media"]["server"], Variant> = { pocket, kurento };

/** One media server on each host with the role: each is told its own address. */
export const media = (input: StackInput): Part[] => {
  const { hosts, media } = input.site;
  const image = mediaImages[media.server];
  return hosts
    .filter(({ roles }) => roles.includes("media"))
    .map((host) =>
      partOf(input, {
        key: `media-${host.name}`,
        image,
        networks: "host",
        binds: [{ source: recordingsFolder, path: imageTable[image].paths.recordings!, isReadOnly: false }],
        tmpfs: [scratch("/tmp", 64)],
        constraints: [onHost(host.name)],
        update: "stop-first",
        ...variants[media.server](input, host),
      }),
    );
};
