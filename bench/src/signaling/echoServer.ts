import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { listens } from "../processes";

/** Sends back each frame as it came. */
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket) => socket.on("message", (data) => socket.send(data, { binary: false })));
server.once("listening", () => listens((server.address() as AddressInfo).port));
