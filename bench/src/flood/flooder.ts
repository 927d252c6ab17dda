import { WebSocket } from "ws";
import { optionsOfProcess } from "../processes";
import { origin } from "../signaling/messages";

/** One person and one address that want to hurt: how many frames were sent, connections hung up on, and connections refused. */
export type FlooderRequest = { readonly type: "flood"; readonly seconds: number };
export type FlooderAnswer =
  { readonly type: "ready" } | { readonly type: "flooded"; readonly frames: number; readonly hungUp: number; readonly refused: number };
export interface FlooderOptions {
  readonly port: number;
  readonly token: string;
  /** Side by side: those that sign in and send without end, and those that only connect. */
  readonly senders: number;
  readonly knockers: number;
}

const count = { frames: 0, hungUp: 0, refused: 0 };
/** No more than this waits in one socket: what counts is what arrives. */
const mostBufferedBytes = 1 << 20;

/** Connects, signs in, and sends pings until it is hung up on; then again. */
function sendWithoutEnd(options: FlooderOptions, isOver: () => boolean): void {
  if (isOver()) return;
  const socket = new WebSocket(`ws://127.0.0.1:${options.port}/ws`, { origin, perMessageDeflate: false });
  const pour = () => {
    if (isOver()) return socket.terminate();
    if (socket.readyState !== socket.OPEN) return;
    for (let frame = 0; frame < 100 && socket.bufferedAmount < mostBufferedBytes; frame++)
      socket.send(`{"type":"ping","id":"${count.frames++}"}`);
    setImmediate(pour);
  };
  socket.once("open", () => (socket.send(JSON.stringify({ type: "authenticate", id: "a", token: options.token })), pour()));
  again(socket, () => sendWithoutEnd(options, isOver));
}

/** Connects, says nothing, and goes; then again. */
function knockWithoutEnd(options: FlooderOptions, isOver: () => boolean): void {
  if (isOver()) return;
  const socket = new WebSocket(`ws://127.0.0.1:${options.port}/ws`, { origin, perMessageDeflate: false });
  socket.once("open", () => socket.terminate());
  again(socket, () => knockWithoutEnd(options, isOver));
}

function again(socket: WebSocket, act: () => void): void {
  socket.on("error", () => count.refused++);
  socket.on("close", (code) => {
    if (code === 4429) count.hungUp++;
    setImmediate(act);
  });
}

async function main(): Promise<void> {
  const options = await optionsOfProcess<FlooderOptions>();
  process.on("message", ({ seconds }: FlooderRequest) => {
    const end = performance.now() + seconds * 1000;
    const isOver = () => performance.now() > end;
    for (let sender = 0; sender < options.senders; sender++) sendWithoutEnd(options, isOver);
    for (let knocker = 0; knocker < options.knockers; knocker++) knockWithoutEnd(options, isOver);
    setTimeout(() => process.send!({ type: "flooded", ...count } satisfies FlooderAnswer), seconds * 1000);
  });
  process.once("disconnect", () => process.exit(0));
  process.send!({ type: "ready" } satisfies FlooderAnswer);
}

void main();
