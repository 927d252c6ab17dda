import { randomBytes } from "node:crypto";
import { signedStun, stunAttribute, uint32 } from "./bytes";
import { breakBytes, type Dice } from "./mutate";

/** An ICE connection of werift's, as far as a check tells who sends it. */
export interface IceCredentials {
  localUsername: string;
  remoteUsername: string;
  remotePassword: string;
}

const BINDING_REQUEST = 0x0001;
const USERNAME = 0x0006;
const PRIORITY = 0x0024;
const USE_CANDIDATE = 0x0025;
const ROLES = [0x8029, 0x802a];
/** Some with a form of their own, some that nobody knows. */
const OTHERS = [0x0001, 0x0003, 0x0009, 0x000a, 0x0020, 0x8022, 0xc057, 0x7fff];

const username = ({ remoteUsername, localUsername }: IceCredentials) =>
  stunAttribute(USERNAME, Buffer.from(`${remoteUsername}:${localUsername}`));

/** Types and values of a check's attributes (RFC 8445, 7.1) behind its sender's name. */
const attributes = (dice: Dice): [number, Buffer][] => [
  [PRIORITY, uint32(0x6e0001ff)],
  [dice.pick(ROLES), randomBytes(8)],
  ...(dice.below(4) === 0 ? [[USE_CANDIDATE, Buffer.alloc(0)] as [number, Buffer]] : []),
];

/** A check that a client in good order would send, without a role: it is always answered. */
export const check = (ice: IceCredentials) => signedStun(BINDING_REQUEST, username(ice), ice.remotePassword);

/** A message of any class, whole. */
export function wholeStun(ice: IceCredentials, dice: Dice): Buffer {
  const type = dice.pick([BINDING_REQUEST, BINDING_REQUEST, 0x0011, 0x0101, 0x0111]);
  const all = Buffer.concat([username(ice), ...attributes(dice).map(([name, value]) => stunAttribute(name, value))]);
  return signedStun(type, all, ice.remotePassword);
}

/** A signed request with broken attributes. The sender's name stays, and where each attribute ends: else nobody would find the signature. */
export function authenticStun(ice: IceCredentials, dice: Dice): Buffer {
  const broken = attributes(dice).map(([type, value]) =>
    stunAttribute(dice.below(4) === 0 ? dice.pick(OTHERS) : type, breakBytes(Buffer.concat([value, randomBytes(8)]), dice)),
  );
  return signedStun(BINDING_REQUEST, Buffer.concat([username(ice), ...broken]), ice.remotePassword);
}
