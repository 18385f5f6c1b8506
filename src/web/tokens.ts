import { createHash, randomBytes } from 'node:crypto';
import type { Millis, PersonName } from '../core/names.js';
import type { KeyValues } from './deps.js';

const day: Millis = 86_400_000;
/** A token that nobody renews ends: 90 days. */
const tokenLifeMs = 90 * day;

/** `seq`: the journal's end when it was issued. */
interface Kept { readonly person: PersonName; readonly seq: number }

/** Tokens by which `lifeboat` proves who calls. Only their SHA-256 is kept: 32 random bytes need no slow hash. */
export interface PersonTokens {
  issue(person: PersonName): Promise<string>;
  personOf(token: string): Promise<PersonName | null>;
  revoke(token: string): Promise<void>;
}

export const hashed = (secret: string): string => createHash('sha256').update(secret).digest('hex');
export const randomSecret = (): string => randomBytes(32).toString('base64url');

/** `stillGood`: whether the person has not left since. */
export function createPersonTokens(store: KeyValues, { seq, stillGood }: { readonly seq: () => number; readonly stillGood: (issued: Kept) => boolean }): PersonTokens {
  return {
    async issue(person) {
      const token = `lifeboat_${randomSecret()}`;
      await store.set(hashed(token), { person, seq: seq() } satisfies Kept, tokenLifeMs);
      return token;
    },
    async personOf(token) {
      const kept = (await store.get(hashed(token))) as Kept | undefined;
      return kept && stillGood(kept) ? kept.person : null;
    },
    async revoke(token) { await store.delete(hashed(token)); },
  };
}
