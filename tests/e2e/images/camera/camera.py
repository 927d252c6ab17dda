"""An RTSP camera (RFC 2326): serves one clip, unchanged, or one GStreamer pipeline.

camera --file /clips/counter.mkv [--codec h264|vp8] [--path /stream] [--port 8554] [--user NAME --password TEXT [--auth digest|basic]]
camera --launch '( videotestsrc is-live=true ! x264enc tune=zerolatency ! rtph264pay name=pay0 pt=96 )'

All clients share one run of the clip, as they share one sensor; it begins with the first and ends with the last.
Prints `Serving rtsp://…` once it listens.
"""

import argparse
import os
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

PAYLOADS = {
    "h264": "rtph264pay name=pay0 pt=96 config-interval=-1",
    "vp8": "rtpvp8pay name=pay0 pt=96",
}
DEMUXERS = {".mkv": "matroskademux", ".webm": "matroskademux", ".mp4": "qtdemux"}


def pipeline(options):
    """The launch line of what is served. Exits with a message when the clip can't be."""
    if options.launch:
        return options.launch
    if not os.path.isfile(options.file):
        sys.exit(f'--file: Expected a clip, found nothing at "{options.file}"')
    demuxer = DEMUXERS.get(os.path.splitext(options.file)[1])
    if not demuxer:
        sys.exit(f'--file: Expected {", ".join(DEMUXERS)}, found "{options.file}"')
    return f'( filesrc location="{options.file}" ! {demuxer} ! queue ! {PAYLOADS[options.codec]} )'


def protect(server, factory, options):
    """Only the named user may describe or play it, by Digest or Basic (RFC 2617)."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    if options.auth == "basic":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(options.user, options.password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


def main():
    parser = argparse.ArgumentParser()
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--file")
    source.add_argument("--launch")
    parser.add_argument("--codec", choices=PAYLOADS, default="h264")
    parser.add_argument("--path", default="/stream")
    parser.add_argument("--port", default="8554")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--auth", choices=["digest", "basic"], default="digest")
    options = parser.parse_args()

    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(pipeline(options))
    factory.set_shared(True)
    server = GstRtspServer.RTSPServer()
    server.set_service(options.port)
    server.get_mount_points().add_factory(options.path, factory)
    if options.user:
        protect(server, factory, options)
    if not server.attach(None):
        sys.exit(f"--port: Expected a free port, found {options.port} in use")
    print(f"Serving rtsp://0.0.0.0:{options.port}{options.path}", flush=True)
    GLib.MainLoop().run()


main()
