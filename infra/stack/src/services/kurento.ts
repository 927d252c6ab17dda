import type { Site } from "@barecast/site";
import { imageTable } from "../images";
import { health, memory, type PartSpec, type StackInput } from "../part";

type Host = Site["hosts"][number];

/**
 * Levels of GStreamer's log for ours. From 4 on it writes requests, and with them the cameras' addresses with user and password; so
 * `debug` stops at 3.
 */
const gstDebug = { error: "1", warn: "2", info: "2", debug: "3" } as const satisfies Record<Site["logLevel"], string>;

/**
 * The official image with its program as it is: its entrypoint wants root, to edit the files that are stated here instead. What they leave
 * out (codecs) is the image's own. Settings: https://doc-kurento.readthedocs.io/en/latest/user/configuration.html
 */
export const kurento = (
  { site }: StackInput,
  host: Host,
): Pick<PartSpec, "env" | "args" | "configFiles" | "healthcheck" | "memoryBytes"> => {
  const { modules, config } = imageTable.kurento.paths as { modules: string; config: string };
  const file = (key: string, path: string, content: string) => ({ key: `media-${host.name}-${key}`, path: `${config}/${path}`, content });
  const { from, to } = site.ports.media;
  return {
    args: [`--conf-file=${config}/kurento.conf.json`, `--modules-config-path=${modules}:${config}/modules`],
    // HOME: GStreamer keeps its list of plugins below it, and the root is read-only.
    env: { HOME: "/tmp", GST_DEBUG: gstDebug[site.logLevel], GST_DEBUG_NO_COLOR: "1" },
    configFiles: [
      file("kurento", "kurento.conf.json", `${JSON.stringify(control(site, host), null, 2)}\n`),
      file("rtp", "modules/kurento/BaseRtpEndpoint.conf.ini", `minPort=${from}\nmaxPort=${to}\n`),
      file("webrtc", "modules/kurento/WebRtcEndpoint.conf.ini", `externalIPv4=${host.address}\niceTcp=0\n`),
    ],
    healthcheck: health(["/bin/bash", "-c", answers(`http://${host.address}:${site.ports.mediaControl}/kurento`)], 70_000),
    memoryBytes: memory(2048),
  };
};

/** Its control port, on the host's own address. Objects of a lost session are collected after 240 s, as the pocket server does. */
const control = ({ ports }: Site, { address }: Host) => ({
  mediaServer: {
    resources: { exceptionLimit: "0.8", garbageCollectorPeriod: 240 },
    net: { websocket: { address, port: ports.mediaControl, path: "kurento", threads: 10 } },
  },
});

/** The image's own check, of another address: half a WebSocket handshake is answered 500. */
const answers = (url: string) =>
  `code=$(curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' --header 'Connection: Upgrade' --header 'Upgrade: websocket' ${url}); [[ $code == 500 ]] || { echo "${url}: Expected 500, found $code"; exit 1; }`;
