import fc from "fast-check";
import { createHash } from "node:crypto";
import type { PendingOperation, Resource } from "../engine/resource";
import { secret } from "../engine/values";
import { type Ciphertexts, type Deployment, manifest, openDeployment, sealDeployment, type Snapshot } from "./checkpoint";
import { Crypter } from "./secrets";

// The rules of a checkpoint, whatever a run has come to: for states by chance.
const most = 10;
const urnOf = (index: number) => `urn:pulumi:dev::wire::docker:index/volume:Volume::r${index}`;
const refOf = (index: number) => `${urnOf(index)}::id-${index}`;

/** Of the resources before it: its provider, its parent, what it depends on by hand and by its properties. */
interface Needs {
  readonly provider: number;
  readonly parent: number;
  readonly dependencies: readonly number[];
  readonly properties: readonly number[];
  readonly secret: string;
  /** A replaced one of the same URN that waits for its deletion. */
  readonly hasOld: boolean;
  readonly pending: "creating" | "updating" | "deleting" | null;
}
const earlier = fc.nat(most);
const needs: fc.Arbitrary<Needs> = fc.record({
  provider: earlier,
  parent: earlier,
  dependencies: fc.array(earlier, { maxLength: 3 }),
  properties: fc.array(earlier, { maxLength: 3 }),
  secret: fc.stringMatching(/^[a-z0-9]{12,20}$/),
  hasOld: fc.boolean(),
  pending: fc.constantFrom("creating", "updating", "deleting", null),
});

function resourceOf({ provider, parent, dependencies, properties, secret: text }: Needs, index: number): Resource {
  const isBefore = (other: number) => other < index;
  const urns = (others: readonly number[]) => [...new Set(others.filter(isBefore))].map(urnOf).sort();
  return {
    urn: urnOf(index),
    type: "docker:index/volume:Volume",
    custom: true,
    id: `id-${index}`,
    inputs: { name: `r${index}`, token: secret(text) },
    outputs: { token: secret({ nested: text }) },
    ...(isBefore(parent) ? { parent: urnOf(parent) } : {}),
    ...(isBefore(provider) ? { provider: refOf(provider) } : {}),
    dependencies: urns(dependencies),
    propertyDependencies: { token: urns(properties) },
  };
}

function snapshotOf(all: readonly Needs[]): Snapshot {
  const resources = all.flatMap((one, index): Resource[] => {
    const resource = resourceOf(one, index);
    return one.hasOld ? [resource, { ...resource, id: `old-${index}`, delete: true }] : [resource];
  });
  const pending = all.flatMap(({ pending: type }, index): PendingOperation[] =>
    type === null ? [] : [{ type, resource: resourceOf(all[index]!, index) }],
  );
  return { resources, pending };
}

const states = fc.array(needs, { minLength: 1, maxLength: most }).chain((all) => {
  const { resources, pending } = snapshotOf(all);
  const shuffled = fc.shuffledSubarray(resources, { minLength: resources.length });
  return fc.record({ all: fc.constant(all), snapshot: shuffled.map((some): Snapshot => ({ resources: some, pending })) });
});

/** URNs that stand in a resource's text, each of which must stand before it. */
function namedBy(raw: Record<string, unknown>): string[] {
  const { parent, provider, dependencies = [], propertyDependencies = {} } = raw as Partial<Resource>;
  const byProperties = Object.values(propertyDependencies).flat();
  return [
    ...(parent ? [parent] : []),
    ...(provider ? [provider.slice(0, provider.lastIndexOf("::"))] : []),
    ...dependencies,
    ...byProperties,
  ];
}

let crypter: Crypter;
beforeAll(async () => (crypter = await Crypter.create("wire")));
const head = manifest(undefined, "2026-01-01T00:00:00Z");
const seal = (snapshot: Snapshot, known: Ciphertexts): Deployment => sealDeployment(snapshot, crypter, known, head);

test("everything that a resource names stands before it, and no URN lives twice", () => {
  fc.assert(
    fc.property(states, ({ snapshot }) => {
      const raw = seal(snapshot, new Map()).resources!;
      raw.forEach((resource, at) => {
        const before = raw.slice(0, at).map(({ urn }) => urn);
        for (const urn of namedBy(resource)) expect(before).toContain(urn);
      });
      const living = raw.filter(({ delete: isLeaving }) => isLeaving !== true).map(({ urn }) => urn);
      expect(new Set(living).size).toBe(living.length);
    }),
  );
});

test("no secret stands in it in clear, and it opens as what it was made from", () => {
  fc.assert(
    fc.property(states, ({ all, snapshot }) => {
      const sealed = seal(snapshot, new Map());
      const text = JSON.stringify(sealed);
      expect(all.filter(({ secret: hidden }) => text.includes(hidden))).toEqual([]);
      const opened = openDeployment(JSON.parse(text) as Deployment, crypter, new Map());
      const byKey = (some: readonly Resource[]) => Object.fromEntries(some.map((one) => [`${one.urn} ${one.id}`, one]));
      expect(byKey(opened.resources)).toEqual(byKey(snapshot.resources));
      expect(opened.pending).toEqual(snapshot.pending);
    }),
  );
});

test("what says nothing new is the same to the byte, in whatever order it came; the manifest's magic is its version's", () => {
  fc.assert(
    fc.property(states, ({ all, snapshot }) => {
      const known: Ciphertexts = new Map();
      const first = JSON.stringify(seal(snapshot, known));
      expect(JSON.stringify(seal(snapshotOf(all), known))).toBe(first);
      const { version, magic } = (JSON.parse(first) as Deployment).manifest;
      expect(magic).toBe(createHash("sha256").update(version).digest("hex"));
    }),
  );
});
