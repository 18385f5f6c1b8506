import type { Millis, PersonName } from '../core/names.js';
import type { KeyValues } from './deps.js';
import { hashed, randomSecret } from './tokens.js';

/** A night and a morning; every use of the console renews it. */
const sessionLifeMs: Millis = 12 * 3_600_000;
export const cookieName = 'lifeboat_session';

interface Kept { readonly person: PersonName }

/** Who sits at a browser. The cookie holds a random secret, the store its hash. */
export interface Sessions {
  /** Answers with the `Set-Cookie` header and the session's id (the hash: worth nothing to a thief). */
  start(person: PersonName): Promise<{ readonly cookie: string; readonly id: string }>;
  find(cookieHeader: string | undefined): Promise<{ readonly person: PersonName; readonly id: string } | null>;
  personOf(id: string): Promise<PersonName | null>;
  change(id: string, person: PersonName): Promise<void>;
  end(id: string): Promise<void>;
  readonly goneCookie: string;
}

export function createSessions(store: KeyValues, overTls: boolean): Sessions {
  const attributes = `Path=/; HttpOnly; SameSite=Strict${overTls ? '; Secure' : ''}`;
  const personOf = async (id: string): Promise<PersonName | null> => ((await store.get(id)) as Kept | undefined)?.person ?? null;
  const change = async (id: string, person: PersonName): Promise<void> => { await store.set(id, { person } satisfies Kept, sessionLifeMs); };
  return {
    personOf, change,
    async start(person) {
      const secret = randomSecret();
      const id = hashed(secret);
      await change(id, person);
      return { cookie: `${cookieName}=${secret}; ${attributes}; Max-Age=${sessionLifeMs / 1000}`, id };
    },
    async find(header) {
      const secret = (header ?? '').split(';').map((each) => each.trim()).find((each) => each.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
      if (!secret) return null;
      const id = hashed(secret);
      const person = await personOf(id);
      return person === null ? null : { person, id };
    },
    async end(id) { await store.delete(id); },
    goneCookie: `${cookieName}=; ${attributes}; Max-Age=0`,
  };
}
