import type { Millis, PersonName } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import type { KeyValues } from './deps.js';
import { hashed, randomSecret } from './tokens.js';

/** A night and a morning; using the console renews it. */
const sessionLifeMs: Millis = 12 * 3_600_000;
export const cookieName = 'lifeboat_session';

const renewAfterMs: Millis = 600_000;

interface Kept { readonly person: PersonName; readonly renewedAt: Millis }

/** Who sits at a browser. The cookie holds a random secret, the store its hash. */
export interface Sessions {
  /** Answers with the `Set-Cookie` header and the session's id (the hash: worth nothing to a thief). */
  start(person: PersonName): Promise<{ readonly cookie: string; readonly id: string }>;
  find(cookieHeader: string | undefined): Promise<{ readonly person: PersonName; readonly id: string } | null>;
  personOf(id: string): Promise<PersonName | null>;
  /** A new cookie, and a new term in the store, when the old one is ten minutes old; otherwise null. */
  renewed(cookieHeader: string | undefined): Promise<string | null>;
  change(id: string, person: PersonName): Promise<void>;
  end(id: string): Promise<void>;
  readonly goneCookie: string;
}

export function createSessions(store: KeyValues, clock: Pick<Clock, 'now'>, overTls: boolean): Sessions {
  const attributes = `Path=/; HttpOnly; SameSite=Strict${overTls ? '; Secure' : ''}`;
  const keptFor = async (id: string): Promise<Kept | undefined> => (await store.get(id)) as Kept | undefined;
  const personOf = async (id: string): Promise<PersonName | null> => (await keptFor(id))?.person ?? null;
  const change = async (id: string, person: PersonName): Promise<void> => { await store.set(id, { person, renewedAt: clock.now() } satisfies Kept, sessionLifeMs); };
  const cookieFor = (secret: string): string => `${cookieName}=${secret}; ${attributes}; Max-Age=${sessionLifeMs / 1000}`;
  return {
    personOf, change,
    async start(person) {
      const secret = randomSecret();
      const id = hashed(secret);
      await change(id, person);
      return { cookie: cookieFor(secret), id };
    },
    async find(header) {
      const secret = secretIn(header);
      if (secret === null) return null;
      const id = hashed(secret);
      const person = await personOf(id);
      return person === null ? null : { person, id };
    },
    async renewed(header) {
      const secret = secretIn(header);
      const kept = secret === null ? undefined : await keptFor(hashed(secret));
      if (secret === null || !kept || clock.now() - kept.renewedAt < renewAfterMs) return null;
      await change(hashed(secret), kept.person);
      return cookieFor(secret);
    },
    async end(id) { await store.delete(id); },
    goneCookie: `${cookieName}=; ${attributes}; Max-Age=0`,
  };
}

const secretIn = (header: string | undefined): string | null =>
  (header ?? '').split(';').map((each) => each.trim()).find((each) => each.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1) || null;
