import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { cachedFile } from "./cachedFile";
import { columns, encodeCounter, rows } from "./counter";
import { testImages } from "./images";
import { cacheFolder } from "./project";

/** A film of the counter: picture n shows n. */
export interface Clip {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly seconds: number;
  /** `mjpeg`: what Chromium takes for a camera (it plays it at 30 a second, whatever the file says). `h264`: in Matroska, as a camera sends. */
  readonly codec: "mjpeg" | "h264";
  /** Of a camera's pictures pages get at most this many a second; all where it is left out. */
  readonly atMostPerSecond?: number;
}

/** What phones send, for benches. As the others longer than any story: a clip that began again would count down. */
export const phoneClip: Clip = { width: 640, height: 360, framesPerSecond: 30, seconds: 900, codec: "mjpeg" };
/** For stories, which ask whether pictures come: a quarter of the pixels, half as often, so that browsers leave the computer to what is tested. */
export const storyClip: Clip = { width: 320, height: 180, framesPerSecond: 30, seconds: 900, codec: "mjpeg", atMostPerSecond: 15 };
export const cameraClip: Clip = { width: 320, height: 180, framesPerSecond: 15, seconds: 1800, codec: "h264" };

const codecs: Readonly<Record<Clip["codec"], { readonly extension: string; readonly args: readonly string[] }>> = {
  mjpeg: { extension: "mjpeg", args: ["-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "8", "-f", "mjpeg"] },
  // As cameras do: baseline, a key frame a second, no reordering.
  h264: {
    extension: "mkv",
    args: [
      "-pix_fmt",
      "yuv420p",
      "-c:v",
      "libx264",
      "-profile:v",
      "baseline",
      "-preset",
      "veryfast",
      "-tune",
      "zerolatency",
      "-f",
      "matroska",
    ],
  },
};

/** ffmpeg's arguments: a picture comes in as one byte a cell, and is scaled up without smoothing. */
export function ffmpegArgs({ width, height, framesPerSecond, codec }: Clip): string[] {
  const keyFrames = codec === "h264" ? ["-g", String(framesPerSecond), "-bf", "0"] : [];
  return [
    ...[
      "-hide_banner",
      "-loglevel",
      "error",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "gray",
      "-s",
      `${columns}x${rows}`,
      "-r",
      String(framesPerSecond),
    ],
    ...["-i", "-", "-vf", `scale=${width}:${height}:flags=neighbor`, ...keyFrames, ...codecs[codec].args, "-"],
  ];
}

/** The pictures of a clip, raw, in pieces of a second. */
export function* pictures({ framesPerSecond, seconds }: Clip): Generator<Uint8Array> {
  for (let second = 0; second < seconds; second++) {
    yield Buffer.concat(Array.from({ length: framesPerSecond }, (_, frame) => encodeCounter(second * framesPerSecond + frame)));
  }
}

/** The clip's file in the cache; made there when it is missing (ffmpeg of the browser's image). */
export function clipFile(clip: Clip): Promise<string> {
  const key = createHash("sha256")
    .update(JSON.stringify([clip, ffmpegArgs(clip)]))
    .digest("hex")
    .slice(0, 16);
  return cachedFile(path.join(cacheFolder, "clips", `counter-${key}.${codecs[clip.codec].extension}`), (part) => film(clip, part));
}

async function film(clip: Clip, file: string): Promise<void> {
  const { browser } = await testImages();
  const child = spawn("docker", ["run", "--rm", "-i", "--network=none", "--entrypoint=ffmpeg", browser, ...ffmpegArgs(clip)]);
  let errors = "";
  child.stderr.on("data", (data) => (errors += String(data)));
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  await Promise.all([
    pipeline(Readable.from(pictures(clip)), child.stdin),
    pipeline(child.stdout, createWriteStream(file, { mode: 0o644 })),
  ]).catch((error: Error) => (errors += error.message));
  const code = await exited;
  if (code !== 0 || errors !== "") throw new Error(`ffmpeg ended with ${code}: ${errors.trim()}`);
}
