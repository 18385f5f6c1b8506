import type { Millis, PersonName } from './names.js';

/** What a token of the HTTP API may do of what its person may do; each includes those before it. */
export const scopes = ['read', 'operate', 'decide'] as const;
export type Scope = (typeof scopes)[number];

/** `full`: only the person's own login. No token is issued for it: it could make further tokens and codes. */
export type ScopeNeeded = Scope | 'full';

/** `has: null`: the person's own login. */
export const allows = (has: Scope | null, needs: ScopeNeeded): boolean => has === null || (needs !== 'full' && scopes.indexOf(has) >= scopes.indexOf(needs));

/** A token as it is known: the secret itself is nowhere, `hash` is its SHA-256. */
export interface ApiToken {
  readonly hash: string;
  readonly person: PersonName;
  /** Unique among the person's tokens in force. */
  readonly name: string;
  readonly scope: Scope;
  readonly issuedAt: Millis;
  readonly expiresAt: Millis;
}
