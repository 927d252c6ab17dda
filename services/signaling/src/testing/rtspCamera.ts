import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createServer as createTlsServer } from "node:tls";
import type { closeAfterEach } from "./closing";

type CloseAtEnd = ReturnType<typeof closeAfterEach>;

/** A certificate of a camera's own making. */
function selfSigned(closeAtEnd: CloseAtEnd): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(path.join(tmpdir(), "rtsps-"));
  closeAtEnd(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", "/CN=camera"];
  execFileSync("openssl", ["req", ...kind, "-keyout", key, "-out", cert], { stdio: "pipe" });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

/** A camera that wants one of these ways of authorization and takes any answer to it. `told` is the credentials that came. */
export async function startRtspCamera(closeAtEnd: CloseAtEnd, protocol: "rtsp" | "rtsps", challenges: readonly string[]) {
  const told: (string | undefined)[] = [];
  const serve = (socket: Socket) =>
    socket
      .on("data", (data) => {
        const authorization = /^Authorization: (\w+)/m.exec(String(data))?.[1];
        told.push(authorization);
        const head = authorization
          ? ["RTSP/1.0 200 OK"]
          : ["RTSP/1.0 401 Unauthorized", ...challenges.map((each) => `WWW-Authenticate: ${each}`)];
        socket.write([...head, "", ""].join("\r\n"));
      })
      .on("error", () => undefined);
  const server: Server = protocol === "rtsps" ? createTlsServer(selfSigned(closeAtEnd), serve) : createTcpServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeAtEnd(() => new Promise((resolve) => server.close(resolve)));
  return { url: `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}/main`, told };
}
