import { createHash, randomBytes } from 'node:crypto';
import type { Millis, PersonName } from '../core/names.js';
import type { KeyValues } from './deps.js';

const day: Millis = 86_400_000;
/** A token that nobody renews ends: 90 days. */
const tokenLifeMs = 90 * day;

interface Kept { readonly person: PersonName }

/** Tokens by which `lifeboat` proves who calls. Only their SHA-256 is kept: 32 random bytes need no slow hash. */
export interface PersonTokens {
  issue(person: PersonName): Promise<string>;
  personOf(token: string): Promise<PersonName | null>;
  revoke(token: string): Promise<void>;
}

export const hashed = (secret: string): string => createHash('sha256').update(secret).digest('hex');
export const randomSecret = (): string => randomBytes(32).toString('base64url');

export function createPersonTokens(store: KeyValues): PersonTokens {
  return {
    async issue(person) {
      const token = `lifeboat_${randomSecret()}`;
      await store.set(hashed(token), { person } satisfies Kept, tokenLifeMs);
      return token;
    },
    async personOf(token) { return ((await store.get(hashed(token))) as Kept | undefined)?.person ?? null; },
    async revoke(token) { await store.delete(hashed(token)); },
  };
}
