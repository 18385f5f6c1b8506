import { lstatSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

/** The account that PostgreSQL and its files belong to. null: the one that Lifeboat runs under. */
export interface Owner { readonly uid: number; readonly gid: number }

/** PostgreSQL refuses uid 0; this one owns nothing on any Linux system. */
export const nobody: Owner = { uid: 65534, gid: 65534 };

export const runsAsRoot = (): boolean => process.getuid?.() === 0;

export function statOf(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

/** Not following a link: for paths that another user could have put there. */
export function ownStatOf(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

/** The first folder on the way to `path` (itself included) that the account may not walk through, or null. */
export function barrierTo(path: string, owner: Owner): string | null {
  const up = dirname(path);
  const barrier = up === path ? null : barrierTo(up, owner);
  if (barrier !== null) return barrier;
  const stat = statOf(path);
  if (!stat) return null;
  const bit = stat.uid === owner.uid ? 0o100 : stat.gid === owner.gid ? 0o010 : 0o001;
  return (stat.mode & bit) === 0 ? path : null;
}
