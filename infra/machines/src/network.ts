/** An IPv4 network in the forms Docker asks for. */
export interface MachineNetwork {
  readonly name: string;
  readonly subnet: string;
  readonly gateway: string;
  /** Where Docker may choose addresses for others (browsers, cameras of the tests): the upper half, so machines' own stay free. */
  readonly dynamicRange: string;
}

/** `172.30.231.0/24` → its gateway (first address) and the upper half for addresses that Docker chooses. */
export function machineNetwork(siteName: string, subnet: string): MachineNetwork {
  const [address, length] = subnet.split("/") as [string, string];
  const prefix = Number(length);
  const base = numberOf(address) & maskOf(prefix);
  return {
    name: `barecast-${siteName}`,
    subnet: `${textOf(base)}/${prefix}`,
    gateway: textOf(base + 1),
    dynamicRange: `${textOf(base + 2 ** (31 - prefix))}/${prefix + 1}`,
  };
}

/** Whether two IPv4 networks share an address. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [one, other].map((cidr) => {
    const [address, length] = cidr.split("/") as [string, string];
    return { base: numberOf(address), prefix: Number(length) };
  }) as [{ base: number; prefix: number }, { base: number; prefix: number }];
  const mask = maskOf(Math.min(a.prefix, b.prefix));
  return (a.base & mask) === (b.base & mask);
}

const numberOf = (address: string) => address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0) | 0;
const maskOf = (prefix: number) => (prefix === 0 ? 0 : ~0 << (32 - prefix));
const textOf = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
