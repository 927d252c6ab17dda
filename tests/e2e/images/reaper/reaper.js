// Removes what a test run left behind: the protocol of Testcontainers' Ryuk. A client connects to port 8080 and sends one filter a
// line (`label=key=value`, several joined by `&`); each is answered with ACK. When the last client has been gone for a while, every
// container, network, volume and image that a filter names is removed, and the reaper ends.
"use strict";
const http = require("node:http");
const net = require("node:net");
const readline = require("node:readline");
const { clearTimeout, setTimeout } = require("node:timers");
const { URLSearchParams } = require("node:url");

const port = Number(process.env.RYUK_PORT ?? 8080);
const connectionTimeoutMs = durationMs(process.env.RYUK_CONNECTION_TIMEOUT, 60_000);
const reconnectionTimeoutMs = durationMs(process.env.RYUK_RECONNECTION_TIMEOUT, 10_000);
const socketPath = process.env.DOCKER_SOCKET ?? "/var/run/docker.sock";
const ownLabel = "org.testcontainers.ryuk";

/** `10s`, `500ms`, `2m` in Go's notation. */
function durationMs(text, otherwise) {
  if (!text) return otherwise;
  const [, amount, unit] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  if (!unit) throw new Error(`Expected a duration as 10s, found "${text}"`);
  return Number(amount) * { ms: 1, s: 1000, m: 60_000 }[unit];
}

/** @returns {Promise<any>} the answer's JSON; a 404 or 409 on the way to removal counts as done. */
function docker(method, path) {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath, method, path }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        const isFine = response.statusCode < 300 || (method === "DELETE" && [404, 409].includes(response.statusCode));
        if (!isFine) return reject(new Error(`${method} ${path}: ${response.statusCode} ${body.trim()}`));
        resolve(body && method === "GET" ? JSON.parse(body) : undefined);
      });
    });
    request.on("error", reject);
    request.end();
  });
}

const query = (filters) => `filters=${encodeURIComponent(JSON.stringify(filters))}`;

/** In this order: a network or volume goes only when no container uses it. */
const kinds = [
  {
    name: "containers",
    list: (filters) => docker("GET", `/containers/json?all=1&${query(filters)}`),
    remove: ({ Id }) => docker("DELETE", `/containers/${Id}?force=1&v=1`),
  },
  {
    name: "networks",
    list: (filters) => docker("GET", `/networks?${query(filters)}`),
    remove: ({ Id }) => docker("DELETE", `/networks/${Id}`),
  },
  {
    name: "volumes",
    list: async (filters) => (await docker("GET", `/volumes?${query(filters)}`)).Volumes ?? [],
    remove: ({ Name }) => docker("DELETE", `/volumes/${Name}?force=1`),
  },
  {
    name: "images",
    list: (filters) => docker("GET", `/images/json?all=1&${query(filters)}`),
    remove: ({ Id }) => docker("DELETE", `/images/${Id}?force=1`),
  },
];

async function prune(filters) {
  for (const kind of kinds) {
    let removed = 0;
    for (const filter of filters) {
      for (const found of await kind.list(filter)) {
        if (found.Labels?.[ownLabel] === "true") continue;
        await kind.remove(found).then(
          () => removed++,
          (error) => console.error(error.message),
        );
      }
    }
    console.log(`Removed ${removed} ${kind.name}`);
  }
}

function parseFilter(line) {
  const filter = {};
  for (const [key, value] of new URLSearchParams(line)) (filter[key] ??= []).push(value);
  if (!filter.label) throw new Error(`Expected label=key=value, found "${line}"`);
  return filter;
}

const filters = new Map();
let clients = 0;
let timer;

function endAfter(ms) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    prune([...filters.values()]).then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  }, ms);
}

const server = net.createServer((socket) => {
  clients++;
  clearTimeout(timer);
  socket.on("error", () => undefined);
  socket.on("close", () => {
    if (--clients === 0) endAfter(reconnectionTimeoutMs);
  });
  readline.createInterface({ input: socket }).on("line", (raw) => {
    const line = raw.trim();
    if (!line) return;
    try {
      filters.set(line, parseFilter(line));
      socket.write("ACK\n");
    } catch (error) {
      console.error(error.message);
    }
  });
});
server.listen(port, () => {
  console.log("Started");
  endAfter(connectionTimeoutMs);
});
process.on("SIGTERM", () => endAfter(0));
