import { createVar, fastEstate, startLifeboat, type Lifeboat } from '../../support/lifeboat.js';
import { until } from '../../support/poll.js';
import { appId, appPassword, startIssuer, tenantId, type Issuer } from './issuer.js';
import { startPlayground, type Playground } from './playground.js';
import { startRelay, type Relay, type Sent } from './relay.js';

/** The whole product with Teams around it: a token issuer and a client that others wrote. */
export interface TeamsDesk {
  readonly issuer: Issuer;
  readonly relay: Relay;
  /** The running one. */
  lifeboat: Lifeboat;
  readonly varDirectory: string;
  readonly ana: Playground;
  readonly ben: Playground;
  /** Waits for something that Lifeboat sent to a seat's conversation. */
  sent(what: string, is: (each: Sent) => boolean, maxMs?: number): Promise<Sent>;
  /** Links both by codes of their own. */
  link(): Promise<void>;
  /** Stops Lifeboat and starts it again on the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startTeamsDesk(): Promise<TeamsDesk> {
  const place = createVar('lifeboat-teams-');
  const estate = fastEstate(place.folder, 100);
  const issuer = await startIssuer();
  const relay = await startRelay(issuer);
  const start = (): Promise<Lifeboat> => startLifeboat({ varDirectory: place.varDirectory, env: {
    LIFEBOAT_ESTATE: estate, TEAMS_APP_ID: appId, TEAMS_APP_PASSWORD: appPassword, TEAMS_TENANT_ID: tenantId, TEAMS_SERVICE_HOSTS: '127.0.0.1',
    TEAMS_TOKEN_ISSUER: issuer.url, TEAMS_OPENID_METADATA_URL: issuer.metadataUrl, TEAMS_LOGIN_URL: issuer.url,
  } });
  const lifeboat = await start();
  relay.lifeboat = lifeboat.address;
  const [ana, ben] = await Promise.all(['ana', 'ben'].map(async (seat) => {
    const playground = await startPlayground({ folder: place.folder, seat, endpoint: relay.endpointOf(seat) });
    relay.playgrounds.set(seat, playground.url);
    return playground;
  })) as [Playground, Playground];
  const sent: TeamsDesk['sent'] = (what, is, maxMs = 20_000) => until(what, () => relay.sent.find(is), maxMs).catch((error: unknown) => {
    // Whoever reads the failure sees what came instead.
    throw new Error(`${(error as Error).message} The last that was sent:\n${relay.sent.slice(-5).map((each) => `${each.method} ${each.path}: ${wordsOf(each).slice(0, 600)}`).join('\n')}`, { cause: error });
  });
  const desk: TeamsDesk = {
    issuer, relay, lifeboat, varDirectory: place.varDirectory, ana, ben, sent,
    async link() {
      for (const [who, playground] of [['ana', ana], ['ben', ben]] as const) {
        const { json } = await desk.lifeboat.command('code teams', who);
        await playground.says(`link ${(json as { code: string }).code}`);
        await until(`${who} is linked`, async () => /teams/.test((await desk.lifeboat.command(`query person ${who}`)).text), 10_000);
      }
    },
    async restart() {
      await desk.lifeboat.stop();
      desk.lifeboat = await start();
      relay.lifeboat = desk.lifeboat.address;
    },
    async close() {
      await Promise.all([ana.close(), ben.close()]);
      await desk.lifeboat.stop();
      await relay.close();
      await issuer.close();
      place.done();
    },
  };
  return desk;
}

/** All that a card says, and its buttons with their ids, those below a second look included. */
export const wordsOf = (sent: { readonly body: Record<string, any> }): string => JSON.stringify(sent.body);
export function buttonsIn(card: Record<string, any>): { readonly title: string; readonly id: string }[] {
  return ((card.actions ?? []) as Record<string, any>[]).flatMap((action) => (action.type === 'Action.ShowCard' ? buttonsIn(action.card) : [{ title: action.title as string, id: action.data.id as string }]));
}
export const cardOf = (sent: { readonly body: Record<string, any> }): Record<string, any> => sent.body.attachments?.[0]?.content ?? {};
