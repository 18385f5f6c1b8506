import type { Millis, PersonName } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import { cookieIn } from './cookies.js';
import type { KeyValues } from './deps.js';
import { hashed, randomSecret } from './tokens.js';

/** A night and a morning; using the console renews it. */
const sessionLifeMs: Millis = 12 * 3_600_000;
export const cookieName = 'lifeboat_session';

/** A confirmation by passkey holds this long. */
export const stepUpLifeMs: Millis = 300_000;
const renewAfterMs: Millis = 600_000;

/** `by`: the linked identity that signed in, `ISSUER#SUB`; null: a one-time code did. */
export interface SessionStart { readonly person: PersonName; readonly by: string | null; /** The journal's end at that time. */ readonly seq: number }
interface Kept extends SessionStart { readonly renewedAt: Millis; readonly steppedUpAt?: Millis }
export interface Session { readonly person: PersonName; readonly id: string; readonly steppedUp: boolean }

/** Who sits at a browser. The cookie holds a random secret, the store its hash. */
export interface Sessions {
  /** Answers with the `Set-Cookie` header and the session's id (the hash: worth nothing to a thief). */
  start(person: PersonName, by?: string | null): Promise<{ readonly cookie: string; readonly id: string }>;
  find(cookieHeader: string | undefined): Promise<Session | null>;
  personOf(id: string): Promise<PersonName | null>;
  /** A new cookie, and a new term in the store, when the old one is ten minutes old; otherwise null. */
  renewed(cookieHeader: string | undefined): Promise<string | null>;
  change(id: string, person: PersonName): Promise<void>;
  /** A passkey of the session's person confirmed it just now. */
  stepUp(id: string): Promise<void>;
  end(id: string): Promise<void>;
  readonly goneCookie: string;
}

export interface SessionRules {
  /** Whether what the session began with holds still; one that rests on an unlinked identity, or is of somebody who left since, is none any more. */
  readonly stillGood: (start: SessionStart) => boolean;
  /** The journal's end now. */
  readonly seq: () => number;
  readonly overTls: boolean;
}

export function createSessions(store: KeyValues, clock: Pick<Clock, 'now'>, { stillGood, seq, overTls }: SessionRules): Sessions {
  const attributes = `Path=/; HttpOnly; SameSite=Strict${overTls ? '; Secure' : ''}`;
  const keptFor = async (id: string): Promise<Kept | null> => {
    const kept = (await store.get(id)) as Kept | undefined;
    if (!kept || stillGood(kept)) return kept ?? null;
    // A link that is made anew must not wake it up. While the database is away, this process's memory forgets it.
    await store.delete(id).catch(() => undefined);
    return null;
  };
  const keep = async (id: string, kept: Kept): Promise<void> => { await store.set(id, kept, sessionLifeMs); };
  const cookieFor = (secret: string): string => `${cookieName}=${secret}; ${attributes}; Max-Age=${sessionLifeMs / 1000}`;
  return {
    async personOf(id) { return (await keptFor(id))?.person ?? null; },
    async change(id, person) { await keep(id, { person, by: null, seq: seq(), renewedAt: clock.now() }); },
    async start(person, by = null) {
      const secret = randomSecret();
      const id = hashed(secret);
      await keep(id, { person, by, seq: seq(), renewedAt: clock.now() });
      return { cookie: cookieFor(secret), id };
    },
    async find(header) {
      const secret = cookieIn(header, cookieName);
      if (secret === null) return null;
      const id = hashed(secret);
      const kept = await keptFor(id);
      return kept && { person: kept.person, id, steppedUp: kept.steppedUpAt !== undefined && clock.now() - kept.steppedUpAt < stepUpLifeMs };
    },
    async renewed(header) {
      const secret = cookieIn(header, cookieName);
      const kept = secret === null ? null : await keptFor(hashed(secret));
      if (secret === null || !kept || clock.now() - kept.renewedAt < renewAfterMs) return null;
      await keep(hashed(secret), { ...kept, renewedAt: clock.now() });
      return cookieFor(secret);
    },
    async stepUp(id) {
      const kept = await keptFor(id);
      if (kept) await keep(id, { ...kept, steppedUpAt: clock.now() });
    },
    async end(id) { await store.delete(id); },
    goneCookie: `${cookieName}=; ${attributes}; Max-Age=0`,
  };
}
