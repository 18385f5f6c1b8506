import type { Environment } from './config/environment.js';
import type { Estate } from './core/estate.js';
import { startTrapListener, type TrapSource } from './drivers/events/snmp/listener.js';
import type { Ingest } from './notify/ingest.js';
import type { Clock } from './ports/clock.js';
import type { Secrets } from './ports/secrets.js';
import type { LiveState } from './ports/state.js';

export interface SnmpTrapsParts { readonly live: LiveState; readonly ingest: Ingest; readonly secrets: Pick<Secrets, 'get'>; readonly clock: Pick<Clock, 'now'>; readonly refused: (why: string) => void; readonly log: (message: string, detail: object) => void }

/** Receives traps for the estate's sources of kind snmp, also for those that a later estate brings; null: no port is named. @throws when the port cannot be had */
export async function startSnmpTraps(settings: Environment['snmp'], { live, ingest, secrets, clock, refused, log }: SnmpTrapsParts): Promise<{ readonly port: number; stop(): Promise<void> } | null> {
  if (settings === null) return null;
  const sources = (): TrapSource[] => sourcesOf(live.current.estate, secrets);
  const listener = await startTrapListener({
    ...settings, now: () => clock.now(), refused: (why) => refused(`snmp-${why}`),
    async take(name, record) {
      const tenant = live.current.estate?.eventSources?.find((each) => each.name === name)?.tenant ?? null;
      await ingest([record], { source: name, tenant }).catch((error: unknown) => { log('a trap could not be written down', { source: name, cause: error instanceof Error ? error.message : String(error) }); throw error; });
    },
  }, sources());
  const end = live.onEntries((entries) => { if (entries.some(({ event }) => event.type === 'estate.imported')) listener.use(sources()); });
  return { port: listener.port, stop: async () => { end(); await listener.close(); } };
}

/** Those whose secrets are all there; `lifeboat doctor` names the others. */
function sourcesOf(estate: Estate | null, secrets: Pick<Secrets, 'get'>): TrapSource[] {
  const valueOf = (reference: string | undefined): string | null => (reference === undefined ? null : secrets.get(reference.slice('env:'.length)) || null);
  return (estate?.eventSources ?? []).filter(({ kind }) => kind === 'snmp').flatMap(({ name, addresses = [], community, user }): TrapSource[] => {
    const [word, auth, privacy] = [valueOf(community), valueOf(user?.auth), valueOf(user?.privacy)];
    if (user !== undefined) return auth === null || privacy === null ? [] : [{ name, addresses, community: null, user: { name: user.name, authProtocol: user.authProtocol ?? 'sha256', auth, privacy } }];
    return word === null ? [] : [{ name, addresses, community: word, user: null }];
  });
}
