import { createHash } from "node:crypto";
import { RunnerError } from "../api";
import { canonicalOrder } from "../engine/order";
import type { PendingOperation, Resource } from "../engine/resource";
import { isObject, isSecret, mapMembers, secret, SECRET, SIGNATURE, sorted, type Values } from "../engine/values";
import type { Crypter } from "./secrets";

/** The state of a stack, its secrets in clear. */
export interface Snapshot {
  resources: Resource[];
  pending: PendingOperation[];
}

/** The `deployment` of Pulumi's checkpoint, version 3. */
export interface Deployment {
  manifest: { time: string; magic: string; version: string };
  secrets_providers?: { type: string; state?: { salt?: string } };
  resources?: Values[];
  pending_operations?: { resource: Values; type: string }[];
  metadata?: Values;
}

// The engine whose checkpoints these are; a CLI of another version reads them and writes its own.
const ENGINE_VERSION = "v3.260.0";

/** Ciphertexts by place, so that a secret that stays keeps its bytes. */
export type Ciphertexts = Map<string, { plain: string; ciphertext: string }>;

export function manifest(version: string | undefined, time: string): Deployment["manifest"] {
  const used = version || ENGINE_VERSION;
  return { time, magic: createHash("sha256").update(used).digest("hex"), version: used };
}

/** Reads a checkpoint's deployment. @throws RunnerError `bad-state` */
export function openDeployment(deployment: Deployment, crypter: Crypter, known: Ciphertexts): Snapshot {
  const type = deployment.secrets_providers?.type;
  if (type !== undefined && type !== "passphrase" && type !== "")
    throw new RunnerError("bad-state", `State: Expected secrets of type passphrase, found "${type}". The runner reads no other`);
  return {
    resources: (deployment.resources ?? []).map((resource) => openResource(resource, crypter, known)),
    pending: (deployment.pending_operations ?? []).map(({ resource, type: step }) => ({
      type: step as PendingOperation["type"],
      resource: openResource(resource, crypter, known),
    })),
  };
}

function openResource(raw: Values, crypter: Crypter, known: Ciphertexts): Resource {
  const { urn, type, custom, id, inputs, outputs, parent, provider, dependencies, propertyDependencies, ...others } = raw;
  const { protect, delete: isDeleted, initErrors, additionalSecretOutputs, ignoreChanges, created, modified, ...rest } = others;
  const place = placeOf(urn as string, id as string | undefined, isDeleted === true);
  return dropUndefined({
    urn,
    type,
    custom: custom === true,
    id,
    inputs: decrypted(inputs ?? {}, crypter, known, `${place}.inputs`),
    outputs: decrypted(outputs ?? {}, crypter, known, `${place}.outputs`),
    parent,
    provider,
    dependencies: dependencies ?? [],
    propertyDependencies: mapMembers(propertyDependencies ?? {}, (urns) => urns ?? []),
    protect: protect === true ? true : undefined,
    delete: isDeleted === true ? true : undefined,
    initErrors,
    additionalSecretOutputs,
    ignoreChanges,
    created,
    modified,
    rest: Object.keys(rest).length > 0 ? rest : undefined,
  }) as unknown as Resource;
}

/** The deployment of a snapshot: canonical, so that the same state is always the same text. */
export function sealDeployment(snapshot: Snapshot, crypter: Crypter, known: Ciphertexts, head: Deployment["manifest"]): Deployment {
  const resources = canonicalOrder(snapshot.resources).map((resource) => sealResource(resource, crypter, known));
  const pending = snapshot.pending.map(({ type, resource }) => ({ resource: sealResource(resource, crypter, known), type }));
  return {
    manifest: head,
    secrets_providers: { type: "passphrase", state: { salt: crypter.salt } },
    ...(resources.length > 0 ? { resources } : {}),
    ...(pending.length > 0 ? { pending_operations: pending } : {}),
    metadata: {},
  };
}

function sealResource(resource: Resource, crypter: Crypter, known: Ciphertexts): Values {
  const place = placeOf(resource.urn, resource.id, resource.delete === true);
  const list = (values: string[] | undefined): string[] | undefined => (values && values.length > 0 ? [...values].sort() : undefined);
  const filled = (values: Values): Values | undefined => (Object.keys(values).length > 0 ? values : undefined);
  return dropUndefined({
    urn: resource.urn,
    custom: resource.custom,
    delete: resource.delete,
    id: resource.id,
    type: resource.type,
    inputs: filled(encrypted(sorted(resource.inputs), crypter, known, `${place}.inputs`) as Values),
    outputs: filled(encrypted(sorted(resource.outputs), crypter, known, `${place}.outputs`) as Values),
    parent: resource.parent,
    protect: resource.protect,
    dependencies: list(resource.dependencies),
    initErrors: resource.initErrors && resource.initErrors.length > 0 ? resource.initErrors : undefined,
    provider: resource.provider,
    propertyDependencies: filled(sorted(mapMembers(resource.propertyDependencies, (urns) => [...(urns as string[])].sort()) as Values)),
    additionalSecretOutputs: list(resource.additionalSecretOutputs),
    created: resource.created,
    modified: resource.modified,
    ignoreChanges: list(resource.ignoreChanges),
    ...resource.rest,
  });
}

const placeOf = (urn: string, id: string | undefined, isDeleted: boolean): string => (isDeleted ? `${urn}#${id}` : urn);
const dropUndefined = (values: Values): Values => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

function decrypted(value: unknown, crypter: Crypter, known: Ciphertexts, place: string): unknown {
  if (isObject(value) && value[SIGNATURE] === SECRET) {
    const { ciphertext, plaintext } = value;
    const plain = typeof ciphertext === "string" ? crypter.decrypt(ciphertext) : String(plaintext);
    if (typeof ciphertext === "string") known.set(place, { plain, ciphertext });
    return secret(JSON.parse(plain));
  }
  return mapMembers(value, (member, key) => decrypted(member, crypter, known, `${place}.${key}`));
}

function encrypted(value: unknown, crypter: Crypter, known: Ciphertexts, place: string): unknown {
  if (isSecret(value)) {
    const plain = JSON.stringify(value.value);
    const before = known.get(place);
    const ciphertext = before?.plain === plain ? before.ciphertext : crypter.encrypt(plain);
    known.set(place, { plain, ciphertext });
    return { [SIGNATURE]: SECRET, ciphertext };
  }
  return mapMembers(value, (member, key) => encrypted(member, crypter, known, `${place}.${key}`));
}
