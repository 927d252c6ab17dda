import { networkInterfaces } from "node:os";

/** The first IPv4 address of this computer that is not loopback. @throws Error when it has none */
export function firstAddress(): string {
  const found = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal);
  if (!found) throw new Error("Expected an IPv4 address but loopback on this computer, found none. Connect it to a network");
  return found.address;
}
