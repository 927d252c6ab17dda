import "./jitless";

export { State, type Observable } from "./observable";
export { Problem } from "./problem";
export { mayPublish, mayWatch, Session, type SessionState } from "./session";
export { Connection, type ConnectionOptions, type ConnectionState } from "./connection";
export { followStreams, type Streams, type StreamsState } from "./streams";
export { publish, type Publication, type PublishState } from "./publish";
export { view, type View, type ViewState } from "./view";
export { listRecordings, recordingUrl } from "./recordings";
export type { PeerConnectionFactory } from "./peer";
export type { IceServer, Recording, Role, StreamView, User } from "@barecast/signaling/messages";
