import type { Millis, PersonName } from '../core/names.js';

/** What needs a conditional write: keyv cannot do it (reference/stack-traps.md). */
export interface OnceStore {
  /** True for the first caller with this key, false for all others until `ttlMs` has passed. */
  first(key: string, ttlMs: Millis): Promise<boolean>;
  /** A one-time code of 8 characters (unambiguous alphabet) for a purpose; stored hashed. */
  issueCode(purpose: string, person: PersonName, ttlMs: Millis): Promise<string>;
  /** The person, for exactly one caller, before it expires. */
  redeemCode(purpose: string, code: string): Promise<PersonName | null>;
}

export interface Button { readonly id: string; readonly verb: string; readonly subject: string; readonly epoch: number; readonly attest: string | null }

/** Opaque button ids. The same (verb, subject, epoch, attest) keeps its id, so that a re-rendered card is byte-equal. */
export interface ButtonStore {
  idFor(button: Omit<Button, 'id'>): Promise<string>;
  lookUp(id: string): Promise<Button | null>;
}
