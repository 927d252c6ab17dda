import { containerFor, profileOf } from "../objects/mediaProfile";
import { fileOf } from "../objects/recordingsFolder";
import { parseTurn } from "../objects/turn";
import { RtspFraming } from "../rtsp/framing";
import { cameraPlan, recordingPlan, recordingSdp } from "./arguments";

test("a camera's address, which may hold a password, goes through stdin only", () => {
  const { args, stdin } = cameraPlan("rtsp://admin:it's@10.0.0.9/cam", "rtsp://127.0.0.1:5/door");
  expect(args.join(" ")).toBe(
    "-hide_banner -nostats -loglevel warning -protocol_whitelist pipe,file,rtsp,rtsps,rtp,srtp,tcp,tls,udp,crypto,data -safe 0 -f concat -i pipe:0 " +
      "-map 0:v:0 -map 0:a:0? -c:v copy -bsf:v dump_extra=freq=keyframe -c:a libopus -b:a 48k -ac 2 -application lowdelay " +
      "-f rtsp -rtsp_transport tcp -pkt_size 1200 rtsp://127.0.0.1:5/door",
  );
  expect(stdin).toBe(
    [
      "ffconcat version 1.0",
      "file 'rtsp://admin:it'\\''s@10.0.0.9/cam'",
      "option fpsprobesize 0",
      "option probesize 500000",
      "option analyzeduration 1000000",
      "option rtsp_transport tcp",
      "option timeout 5000000",
      "",
    ].join("\n"),
  );
});

test("a recording", () => {
  expect(recordingPlan("rtsp://127.0.0.1:5/door", "/recordings/a b.mkv", "matroska").args.join(" ")).toBe(
    "-hide_banner -nostats -loglevel warning -y -rtsp_transport tcp -fpsprobesize 0 -probesize 500000 -analyzeduration 1000000 -i rtsp://127.0.0.1:5/door " +
      "-map 0 -c copy -max_interleave_delta 500000 -flush_packets 1 -cluster_time_limit 1000 -f matroska file:/recordings/a b.mkv",
  );
  const streams = [
    { kind: "video" as const, payloadType: 96, codec: { name: "H264" as const, clockRate: 90_000, fmtp: "packetization-mode=1" } },
    { kind: "audio" as const, payloadType: 97, codec: { name: "opus" as const, clockRate: 48_000, channels: 2 } },
  ];
  expect(recordingSdp(streams).split("\r\n").slice(5)).toEqual([
    "m=video 0 RTP/AVP 96",
    "a=rtpmap:96 H264/90000",
    "a=fmtp:96 packetization-mode=1",
    "a=control:trackID=0",
    "m=audio 0 RTP/AVP 97",
    "a=rtpmap:97 opus/48000/2",
    "a=control:trackID=1",
    "",
  ]);
});

test("what a container can't hold goes into Matroska", () => {
  expect(containerFor(profileOf("WEBM"), ["VP8", "opus"])).toBe("webm");
  expect(containerFor(profileOf(undefined), ["H264", "opus"])).toBe("matroska");
  expect(containerFor(profileOf("MP4"), ["H264", "opus"])).toBe("mp4");
  expect(() => profileOf("GIF")).toThrow(
    "'mediaProfile' should be one of WEBM, WEBM_VIDEO_ONLY, WEBM_AUDIO_ONLY, MKV, MKV_VIDEO_ONLY, MKV_AUDIO_ONLY, MP4, MP4_VIDEO_ONLY, MP4_AUDIO_ONLY, found 'GIF'",
  );
});

test.each([
  ["file:///recordings/a/b.webm", "/data/rec/a/b.webm"],
  ["file:///data/rec/c.mkv", "/data/rec/c.mkv"],
  ["file:///recordings/../etc/passwd", undefined],
  ["file:///recordings/%2e%2e/etc/passwd", undefined],
  ["file:///recordingsX/a", undefined],
  ["file:///recordings/a%0Ab", undefined],
  ["file:///recordings/%E0%A4%A", undefined],
  ["file:///recordings/", undefined],
  ["http://example.org/x.webm", undefined],
])("%s is %s", (uri, file) => {
  expect(fileOf(uri, "/data/rec")).toBe(file);
});

test("a TURN address", () => {
  expect(parseTurn("")).toBeUndefined();
  expect(parseTurn("user:pass@192.0.2.1:3478?transport=tcp")).toEqual({
    url: "192.0.2.1:3478?transport=tcp",
    username: "user",
    credential: "pass",
  });
  expect(() => parseTurn("turn:secret")).toThrow("'turnUrl' should be user:password@address:port(?transport=[udp|tcp|tls])");
});

test("RTSP is cut at any place", () => {
  const stream = Buffer.concat([
    Buffer.from("ANNOUNCE rtsp://127.0.0.1/x RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 3\r\n\r\nv=0"),
    Buffer.from([0x24, 1, 0, 2, 9, 8]),
    Buffer.from("TEARDOWN rtsp://127.0.0.1/x RTSP/1.0\r\nCSeq: 3\r\n\r\n"),
  ]);
  for (let cut = 1; cut < stream.length; cut++) {
    const framing = new RtspFraming();
    const messages = [...framing.push(stream.subarray(0, cut)), ...framing.push(stream.subarray(cut))];
    expect(
      messages.map((message) => (message.type === "frame" ? [message.channel, ...message.data] : [message.method, message.body])),
    ).toEqual([
      ["ANNOUNCE", "v=0"],
      [1, 9, 8],
      ["TEARDOWN", ""],
    ]);
  }
});
