import type { Handler, Made } from "../engine/handler";
import { type Values, withoutMarks } from "../engine/values";
import type { DockerApi } from "./api";
import { apiOf, common, deleteWhenFree, type DockerContext, plain } from "./handler";
import { labelList, labelsOf, refuseForeign } from "./labels";

interface VolumeInputs {
  name: string;
  driver?: string;
  driverOpts?: Record<string, string>;
  labels?: { label: string; value: string }[];
}

interface Volume {
  Name: string;
  Driver: string;
  Mountpoint: string;
  Labels: Record<string, string> | null;
  Options: Record<string, string> | null;
}

const SHAPE = { name: "value", driver: "value", driverOpts: "map", labels: [{ label: "value", value: "value" }] } as const;

/** docker:index/volume:Volume. A volume of this site that is there already is adopted, never removed: it holds data. */
export function volumeHandler(docker: DockerContext): Handler {
  const type = common({ shape: SHAPE as never, required: ["name"], replaces: ["*"] });
  const adopt = async (api: DockerApi, news: Values): Promise<Made | "nothing"> => {
    const { name } = plain<VolumeInputs>(news);
    const found = await api.find<Volume>(`/volumes/${name}`);
    if (!found) return "nothing";
    refuseForeign("Volume", name, found.Labels, docker.owner);
    return { id: found.Name, outputs: outputsOf(news, found) };
  };
  return {
    ...type,
    create: async (news, context) => {
      const api = apiOf(docker, context);
      const found = await adopt(api, news);
      if (found !== "nothing") return found;
      const volume = await api.post<Volume>("/volumes/create", volumeSpec(plain(news)));
      return { id: volume.Name, outputs: outputsOf(news, volume) };
    },
    // Nothing of a volume changes in place; an update only takes note of one that an interrupted run left.
    update: async (old, news, context) => outputsOf(news, await apiOf(docker, context).get<Volume>(`/volumes/${old.id}`)),
    remove: (old, context) => deleteWhenFree(apiOf(docker, context), `/volumes/${old.id}`, context),
    read: async (old, context) => ((await apiOf(docker, context).find(`/volumes/${old.id}`)) ? { drifted: [] } : "gone"),
    settle: (news, context) => adopt(apiOf(docker, context), news),
  };
}

function volumeSpec({ name, driver, driverOpts, labels, ...rest }: VolumeInputs): Values {
  rest satisfies Record<string, never>;
  return { Name: name, Driver: driver ?? "local", DriverOpts: driverOpts ?? {}, Labels: labelsOf(labels) };
}

const outputsOf = (inputs: Values, { Name, Driver, Mountpoint, Labels, Options }: Volume): Values => ({
  ...(withoutMarks(inputs) as Values),
  id: Name,
  cluster: null,
  driver: Driver,
  driverOpts: Options && Object.keys(Options).length > 0 ? Options : null,
  labels: labelList(Labels),
  mountpoint: Mountpoint,
  name: Name,
});
