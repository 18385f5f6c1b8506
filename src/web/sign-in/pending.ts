import type { Millis, PersonName } from '../../core/names.js';
import type { Clock } from '../../ports/clock.js';
import type { OnceStore } from '../../ports/once.js';
import { cookieIn } from '../cookies.js';
import type { KeyValues } from '../deps.js';
import { hashed, randomSecret } from '../tokens.js';
import type { Checks } from './open-id.js';

const pendingLifeMs: Millis = 600_000;
const pendingCookie = 'lifeboat_sign_in';

/** A browser that was sent to the issuer; `linkFor`: to link what it proves there to the person of a session. */
export interface Started { readonly checks: Checks; readonly linkFor: { readonly session: string; readonly person: PersonName } | null }
type Kept = { readonly until: Millis } & ({ readonly kind: 'started'; readonly started: Started } | { readonly kind: 'proven'; readonly identity: string });

/** Sign-ins under way, ten minutes long, each bound to one browser by a cookie of its own; the store knows only the cookie's hash. */
export interface PendingSignIns {
  /** Answers with the `Set-Cookie` header. */
  begin(started: Started): Promise<string>;
  /** For exactly one caller: the answer of the issuer that was waited for. null: none, another browser, too late, or used already. */
  take(cookieHeader: string | undefined, state: string | null): Promise<Started | null>;
  /** The issuer proved an identity that nobody is linked to: it waits for a person's one-time code. */
  prove(identity: string): Promise<string>;
  proven(cookieHeader: string | undefined): Promise<string | null>;
  forget(cookieHeader: string | undefined): Promise<void>;
  readonly goneCookie: string;
}

export function createPendingSignIns(store: KeyValues, once: Pick<OnceStore, 'first'>, clock: Pick<Clock, 'now'>, overTls: boolean): PendingSignIns {
  // Lax: the issuer sends the browser back from another site.
  const attributes = `Path=/; HttpOnly; SameSite=Lax${overTls ? '; Secure' : ''}`;
  const keyIn = (header: string | undefined): string | null => {
    const secret = cookieIn(header, pendingCookie);
    return secret === null ? null : hashed(secret);
  };
  const keep = async (kept: Kept): Promise<string> => {
    const secret = randomSecret();
    await store.set(hashed(secret), kept, pendingLifeMs);
    return `${pendingCookie}=${secret}; ${attributes}; Max-Age=${pendingLifeMs / 1000}`;
  };
  const keptFor = async (key: string | null): Promise<Kept | null> => {
    const kept = key === null ? undefined : (await store.get(key)) as Kept | undefined;
    return kept && clock.now() < kept.until ? kept : null;
  };
  const until = (): Millis => clock.now() + pendingLifeMs;
  return {
    begin: (started) => keep({ kind: 'started', started, until: until() }),
    async take(header, state) {
      const key = keyIn(header);
      const kept = await keptFor(key);
      if (key === null || kept?.kind !== 'started' || kept.started.checks.state !== state) return null;
      // Two answers at the same moment both find it; one of them is first.
      if (!(await once.first(`sign-in:${key}`, pendingLifeMs))) return null;
      await store.delete(key);
      return kept.started;
    },
    prove: (identity) => keep({ kind: 'proven', identity, until: until() }),
    async proven(header) {
      const kept = await keptFor(keyIn(header));
      return kept?.kind === 'proven' ? kept.identity : null;
    },
    async forget(header) {
      const key = keyIn(header);
      if (key !== null) await store.delete(key);
    },
    goneCookie: `${pendingCookie}=; ${attributes}; Max-Age=0`,
  };
}
