import type { User } from "../messages";
import { Refusal } from "../refusal";
import { mayPublish, mayView } from "../session";

/** Why this person may not do it, in words for them; `null` when they may. Asked before, and again as long as it goes on. */
export type Permission = (user: User) => string | null;

/** To publish; unrecorded only for those who may view, too. */
export function publishPermission(isRecorded: boolean): Permission {
  return (user) => {
    if (!mayPublish(user)) return `${user.name} may not publish: the role reporter is needed`;
    return isRecorded || mayView(user) ? null : `${user.name} may not publish unrecorded: the role operator is needed`;
  };
}

/** To view one stream. */
export const viewPermission: Permission = (user) =>
  mayView(user) ? null : `${user.name} may not view streams: the role operator is needed`;

/** To see the list of all streams. */
export const watchPermission: Permission = (user) =>
  mayView(user) ? null : `${user.name} may not list streams: the role operator is needed`;

/** @throws {Refusal} `forbidden` */
export function demand(permission: Permission, user: User): void {
  const reason = permission(user);
  if (reason !== null) throw new Refusal("forbidden", reason);
}
