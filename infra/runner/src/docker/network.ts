import type { Context, Found, Handler } from "../engine/handler";
import { changedPaths } from "../engine/paths";
import { type Values, withoutMarks } from "../engine/values";
import type { DockerApi } from "./api";
import { apiOf, common, createOrSettle, deleteWhenFree, type DockerContext, plain } from "./handler";
import { labelList, type Owner, refuseForeign, withoutEmpty } from "./labels";
import { NETWORK_SHAPE, type NetworkInputs, networkSpec } from "./networkSpec";

interface Network {
  Id: string;
  Name: string;
  Scope: string;
  Driver: string;
  Attachable: boolean;
  Internal: boolean;
  Ingress: boolean;
  EnableIPv6: boolean;
  Labels: Record<string, string> | null;
  Options: Record<string, string> | null;
  IPAM: {
    Driver: string;
    Options: Record<string, string> | null;
    Config: { Subnet?: string; Gateway?: string; IPRange?: string }[] | null;
  };
}

/** docker:index/network:Network */
export function networkHandler(docker: DockerContext): Handler {
  const type = common({ shape: NETWORK_SHAPE as never, required: ["name"], defaults: { ipamDriver: "default" }, replaces: ["*"] });
  return {
    ...type,
    create: async (news, context) => {
      const [api, inputs] = [apiOf(docker, context), plain<NetworkInputs>(news)];
      const create = async (): Promise<string> => (await api.post<{ Id: string }>("/networks/create", networkSpec(inputs))).Id;
      const id = await createOrSettle(create, () => settle(api, inputs, docker.owner, context));
      return { id, outputs: await outputsOf(api, news, id) };
    },
    // Nothing of a network changes in place; an update only takes note of one that an interrupted run left.
    update: async (old, news, context) => outputsOf(apiOf(docker, context), news, old.id!),
    remove: (old, context) => deleteWhenFree(apiOf(docker, context), `/networks/${old.id}`, context),
    read: (old, context) => read(apiOf(docker, context), old.id!, plain(old.inputs)),
    settle: async (news, context) => {
      const api = apiOf(docker, context);
      const id = await settle(api, plain(news), docker.owner, context);
      return id === "nothing" ? id : { id, outputs: await outputsOf(api, news, id) };
    },
  };
}

/** All that the real provider says of a network: without it a CLI that takes the state over replaces the network. */
async function outputsOf(api: DockerApi, inputs: Values, id: string): Promise<Values> {
  const network = await api.get<Network>(`/networks/${id}`);
  const configs = (network.IPAM.Config ?? []).map(({ Subnet = "", Gateway = "", IPRange = "" }) => ({
    auxAddress: null,
    gateway: Gateway,
    ipRange: IPRange,
    subnet: Subnet,
  }));
  return {
    ...(withoutMarks(inputs) as Values),
    id,
    attachable: network.Attachable,
    driver: network.Driver,
    ingress: network.Ingress,
    internal: network.Internal,
    ipamConfigs: configs,
    ipamDriver: network.IPAM.Driver,
    ipamOptions: network.IPAM.Options && Object.keys(network.IPAM.Options).length > 0 ? network.IPAM.Options : null,
    ipv6: network.EnableIPv6,
    labels: labelList(network.Labels),
    name: network.Name,
    options: network.Options ?? {},
    scope: network.Scope,
  };
}

async function read(api: DockerApi, id: string, inputs: NetworkInputs): Promise<Found> {
  const network = await api.find<Network>(`/networks/${id}`);
  return network ? { drifted: driftOf(network, inputs) } : "gone";
}

async function settle(api: DockerApi, inputs: NetworkInputs, owner: Owner, context: Context): Promise<string | "nothing"> {
  const named = await api.get<Network[]>("/networks", { filters: { name: [inputs.name] } });
  const found = named.find(({ Name }) => Name === inputs.name);
  if (!found) return "nothing";
  refuseForeign("Network", inputs.name, found.Labels, owner);
  const drift = driftOf(found, inputs);
  context.log(
    "info",
    drift.length === 0
      ? "Left by an interrupted run: adopted"
      : `Left by an interrupted run and other than wanted (${drift.join(", ")}): removed`,
  );
  if (drift.length === 0) return found.Id;
  await deleteWhenFree(api, `/networks/${found.Id}`, context);
  return "nothing";
}

// Docker adds options (the VXLAN's number) and, where none was asked for, a subnet: only what was asked for is compared.
function driftOf(network: Network, inputs: NetworkInputs): string[] {
  const {
    CheckDuplicate: _request,
    Options: options,
    IPAM: ipam,
    ...wanted
  } = networkSpec(inputs) as Values & { IPAM: { Config: Values[] } };
  const { Name, Driver, Attachable, Internal, Ingress, EnableIPv6, Labels } = network;
  const asked = (found: Values | undefined | null, want: Values): Values =>
    Object.fromEntries(Object.keys(want).map((key) => [key, found?.[key]]));
  const found = { Name, Driver, Attachable, Internal, Ingress, EnableIPv6, Labels, Options: asked(network.Options, options as Values) };
  const subnets = ipam.Config.map((want, index) => asked(network.IPAM.Config?.[index] as Values | undefined, want));
  return changedPaths(withoutEmpty({ ...found, IPAM: subnets }), withoutEmpty({ ...wanted, Options: options, IPAM: ipam.Config }));
}
