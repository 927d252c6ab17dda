import { createSocket, type Socket } from "node:dgram";

const BUFFER_BYTES = 1024 * 1024;

/** A UDP socket on one address and port; undefined when somebody else has it. */
export function bind(address: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: "udp4", recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
    socket.once("error", () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind(port, address, () => {
      socket.removeAllListeners("error");
      // What the network refuses is lost, as on any network.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}
