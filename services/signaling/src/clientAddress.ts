import type { IncomingMessage } from "node:http";
import { BlockList, isIPv4 } from "node:net";

/** Whether an address belongs to the networks (IPv4 CIDR) whose proxies are believed. Fit for Express's `trust proxy`, which knows no
 * address of a client that is gone. */
export function trustOf(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    list.addSubnet(address, Number(bits), "ipv4");
  }
  return (address) => {
    const plain = (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
    return isIPv4(plain) && list.check(plain, "ipv4");
  };
}

/** Who asks: the nearest address, seen from here, that is no trusted proxy. `X-Forwarded-For` counts as far as trusted proxies wrote it. */
export function clientAddress(
  { socket, headers }: Pick<IncomingMessage, "socket" | "headers">,
  isTrusted: (address: string) => boolean,
): string {
  const forwarded = [headers["x-forwarded-for"] ?? []].flat().join(",").split(",");
  const chain = [
    socket.remoteAddress ?? "",
    ...forwarded
      .map((each) => each.trim())
      .filter(Boolean)
      .reverse(),
  ];
  return chain.find((address) => !isTrusted(address)) ?? chain.at(-1)!;
}
