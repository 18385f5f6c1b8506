import type { JournalEvent } from '../core/event.js';
import type { Millis, PersonName } from '../core/names.js';
import type { ApiToken, Scope } from '../core/scope.js';
import type { WebDeps } from './deps.js';
import { WebProblem } from './problem.js';
import { hashed, randomSecret } from './tokens.js';

const stream = 'tokens';
const prefix = 'lifeboat_api_';
export const isApiToken = (token: string): boolean => token.startsWith(prefix);

/**
 * Tokens with a scope and an end, for scripts and other machines. They are entries of the journal (their SHA-256 is), so every node knows
 * them, who issued one stays on record, and they work while the database is away.
 */
export interface ApiTokens {
  /** The secret is answered here and never again. @throws WebProblem, JournalError */
  issue(person: PersonName, name: string, scope: Scope, lifeMs: Millis): Promise<{ readonly token: string; readonly expiresAt: Millis }>;
  /** null: never issued, taken back, or over. */
  find(token: string): ApiToken | null;
  /** Those in force, the newest first. */
  listOf(person: PersonName): ApiToken[];
  /** @throws WebProblem, JournalError */
  revoke(person: PersonName, name: string): Promise<void>;
}

export function createApiTokens({ live, journal, clock }: Pick<WebDeps, 'live' | 'journal' | 'clock'>): ApiTokens {
  const inForce = (token: ApiToken | undefined): token is ApiToken => token !== undefined && clock.now() < token.expiresAt;
  const listOf = (person: PersonName): ApiToken[] => [...live.current.apiTokens.values()].filter((token) => token.person === person && inForce(token)).toReversed();
  const record = async (person: PersonName, event: JournalEvent): Promise<void> => {
    const [entry] = await journal.append({ entries: [{ stream, tenant: null, actor: { kind: 'person', person, surface: 'cli' }, event }], expect: { [stream]: live.current.heads.get(stream) ?? 0 } });
    await live.reach(entry!.seq);
  };
  return {
    listOf,
    async issue(person, name, scope, lifeMs) {
      if (listOf(person).some((token) => token.name === name)) throw new WebProblem(409, 'token-exists', `You have a token named ${name} already, and its secret cannot be shown again.`, 'Take another name, or take the old one back first:', `lifeboat token revoke ${name}`);
      const token = `${prefix}${randomSecret()}`;
      const expiresAt = clock.now() + lifeMs;
      await record(person, { type: 'token.issued', person, name, scope, hash: hashed(token), expiresAt });
      return { token, expiresAt };
    },
    find(token) {
      const known = live.current.apiTokens.get(hashed(token));
      return inForce(known) ? known : null;
    },
    async revoke(person, name) {
      const token = listOf(person).find((each) => each.name === name);
      if (!token) throw new WebProblem(404, 'no-such-token', `You have no token named ${name} that is in force.`, 'Look at yours:', 'lifeboat token list');
      await record(person, { type: 'token.revoked', person, name, hash: token.hash });
    },
  };
}
