// node healthcheck.js URL: exit 0 when the service at URL answers. http(s): any 2xx. ws(s): a JSON-RPC `ping` is answered (Kurento's protocol).
"use strict";
const { setTimeout } = require("node:timers");
const { AbortSignal, WebSocket, fetch } = globalThis;

const url = process.argv[2] ?? "";
const timeoutMs = Number(process.env.HEALTHCHECK_TIMEOUT_MS ?? 3000);

function unhealthy(reason) {
  console.error(`${url}: ${reason}`);
  process.exit(1);
}

function checkHttp() {
  fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).then(
    (response) => (response.ok ? process.exit(0) : unhealthy(`Expected 2xx, found ${response.status}`)),
    (error) => unhealthy(error.cause?.message ?? error.message),
  );
}

function checkWebSocket() {
  const socket = new WebSocket(url);
  setTimeout(() => unhealthy(`No answer to ping in ${timeoutMs} ms`), timeoutMs);
  socket.onerror = (event) => unhealthy(event.message || "Connection failed");
  socket.onopen = () => socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping", params: { interval: 10000 } }));
  socket.onmessage = ({ data }) => (JSON.parse(data).id === 1 ? process.exit(0) : undefined);
}

if (/^https?:/.test(url)) checkHttp();
else if (/^wss?:/.test(url)) checkWebSocket();
else unhealthy("Expected an http:// or ws:// address");
