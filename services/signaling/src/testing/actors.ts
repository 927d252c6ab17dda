import { connectClient, type TestClient } from "./client";
import { origin, type Setup } from "./setup";

/** An offer with one picture in it, as far as the double looks. */
export const offer =
  "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 97\r\na=mid:0\r\na=rtpmap:97 VP8/90000\r\n";

/** Somebody of the Parse double (olga: operator, rita: reporter, ada: admin) on a WebSocket of their own. */
export async function signedIn({ signaling }: Setup, name: string): Promise<TestClient> {
  const client = await connectClient(signaling.port, { origin });
  client.send({ type: "authenticate", id: "a", token: `token-${name}` });
  await client.next("authenticated");
  return client;
}

/** Publishes as the connection `phone`. @returns the stream's id */
export async function published(client: TestClient): Promise<string> {
  client.send({ type: "publish", id: "p", connectionId: "phone", title: "At the gate", offer });
  return (await client.next("answer")).streamId;
}

/** Types of what is on the media server now, in the order in which it was made. */
export const typesOn = ({ media }: Setup): string[] => media.objects().map((id) => id.replace(/.*_kurento\./, ""));
