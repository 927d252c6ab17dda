import type { Values } from "../engine/values";
import { labelsOf } from "./labels";

/** What the program says of a network. */
export interface NetworkInputs {
  name: string;
  driver?: string;
  attachable?: boolean;
  internal?: boolean;
  ingress?: boolean;
  ipv6?: boolean;
  labels?: { label: string; value: string }[];
  options?: Record<string, string>;
  ipamDriver?: string;
  ipamOptions?: Record<string, string>;
  ipamConfigs?: { subnet?: string; gateway?: string; ipRange?: string; auxAddress?: Record<string, string> }[];
}

export const NETWORK_SHAPE = {
  name: "value",
  driver: "value",
  attachable: "value",
  internal: "value",
  ingress: "value",
  ipv6: "value",
  labels: [{ label: "value", value: "value" }],
  options: "map",
  ipamDriver: "value",
  ipamOptions: "map",
  ipamConfigs: [{ subnet: "value", gateway: "value", ipRange: "value", auxAddress: "map" }],
} as const;

/** The request by which Docker makes a network (Engine API, NetworkCreate). */
export function networkSpec(inputs: NetworkInputs): Values {
  const { name, driver, attachable, internal, ingress, ipv6, labels, options, ipamDriver, ipamOptions, ipamConfigs, ...rest } = inputs;
  rest satisfies Record<string, never>;
  return {
    Name: name,
    CheckDuplicate: true,
    Driver: driver ?? "bridge",
    Attachable: attachable ?? false,
    Internal: internal ?? false,
    Ingress: ingress ?? false,
    EnableIPv6: ipv6 ?? false,
    Labels: labelsOf(labels),
    Options: options ?? {},
    IPAM: {
      Driver: ipamDriver ?? "default",
      Options: ipamOptions ?? {},
      Config: (ipamConfigs ?? []).map(({ subnet, gateway, ipRange, auxAddress }) => ({
        ...(subnet ? { Subnet: subnet } : {}),
        ...(gateway ? { Gateway: gateway } : {}),
        ...(ipRange ? { IPRange: ipRange } : {}),
        ...(auxAddress ? { AuxiliaryAddresses: auxAddress } : {}),
      })),
    },
  };
}
