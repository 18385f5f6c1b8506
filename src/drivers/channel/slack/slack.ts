import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import type { Channel, DialogHandler } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import type { OnceStore } from '../../../ports/once.js';
import { slackAddresses } from './answer.js';
import { createSlackChannel } from './channel.js';
import { fetchWithReason, toChannelError } from './errors.js';
import { createGuard } from './guard.js';
import { listenForOwn } from './seen.js';
import type { Home } from './identity.js';
import { createDoor } from './door.js';
import { createInstall, type InstallSettings } from './install.js';
import { createInstallations, type InstallationValues } from './installations.js';
import { addListeners } from './listeners.js';
import { boltLog, type SlackLog } from './log.js';
import { createPeople } from './people.js';
import { addRemovals } from './removals.js';
import { createRequestListener, type Refused } from './request-listener.js';
import { botScopes, userGroupScopes } from './scopes.js';
import { createSocketReceivers, keepAllConnected } from './socket.js';
import { createStandings } from './standing.js';
import { createUserGroups, type UserGroupSettings } from './user-groups.js';
import { verifyUntilKnown } from './verify.js';
import { createWorkspaces } from './workspaces.js';

export interface SlackEnvironment {
  /** xoxb-...; absent: Lifeboat is installed through /slack/install only. */
  readonly botToken?: string;
  /** Needed for the HTTP receiver; unused in Socket Mode. */
  readonly signingSecret: string;
  /** xapp-...: its presence chooses Socket Mode. */
  readonly appToken?: string;
  /** Another Web API than slack.com's: tests, GovSlack. Ends with a slash. */
  readonly apiUrl?: string;
}

export interface SlackOptions {
  readonly env: SlackEnvironment; readonly handler: DialogHandler; readonly once: OnceStore; readonly clock: Clock; readonly log: SlackLog;
  /** Further workspaces. Absent: that of the bot token is the only one. */
  readonly install?: InstallSettings & { readonly store: InstallationValues };
  /** Channels that are not in the main workspace, by their name in the estate. */
  readonly workspaceOf?: ReadonlyMap<string, string>;
  /** A request was refused before anybody knew who sent it. */
  readonly refused?: (why: Refused) => void;
  /** Absent: no user group follows anybody. */
  readonly userGroups?: UserGroupSettings;
}

export interface SlackStatus {
  readonly mode: 'http' | 'socket';
  /** null: Slack has not answered yet. */
  readonly ok: boolean | null;
  readonly message: string;
}

export interface Slack {
  readonly channel: Channel;
  /** Takes the raw requests below /slack/. Absent in Socket Mode with a single workspace, where nothing comes in from outside. */
  readonly requestListener?: (request: IncomingMessage, response: ServerResponse) => void;
  status(): SlackStatus;
  /** Returns at once: Slack may be away. The connection is made and the token verified in the background, with back-off, for as long as it takes. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Slack, both directions. Nothing here waits for Slack or ends the process when it is away. */
export async function createSlack({ env, handler, once, clock, log, install, workspaceOf = new Map(), userGroups, refused = () => undefined }: SlackOptions): Promise<Slack> {
  const mode = env.appToken === undefined ? 'http' : 'socket';
  const logger = boltLog(log, [env.botToken, env.signingSecret, env.appToken, install?.clientSecret].filter((secret): secret is string => secret !== undefined && secret !== ''));
  const clientOptions = { ...(env.apiUrl ? { slackApiUrl: env.apiUrl } : {}), retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: 5000, fetch: fetchWithReason, logger };
  let home: Home | null = null;
  const installations = install ? createInstallations(install.store, install.clientSecret) : null;
  const workspaces = createWorkspaces({ own: env.botToken === undefined ? null : { token: env.botToken, home: () => home }, installations, clientOptions });
  const channel = createSlackChannel({ workspaces, workspaceOf });

  let status: SlackStatus = { mode, ok: null, message: 'Slack has not answered yet.' };
  const stopping = new AbortController();

  const http = mode === 'http' ? new HTTPReceiver({
    signingSecret: env.signingSecret, logger, bodyLimit: 1_000_000,
    // Bolt reads more of a request than Lifeboat does, and fails on what is odd there. True: it is answered, nothing waits for it any more.
    processEventErrorHandler: async ({ response }) => {
      log.error({}, 'A Slack request could not be worked on. Nothing was done for it; the person can send it again.');
      if (!response.headersSent) response.writeHead(400).end();
      return true;
    },
  }) : null;
  const sockets = createSocketReceivers(env.appToken ?? null, logger, { ...clientOptions, timeout: 10_000 });
  const app = new App({
    receiver: http ?? sockets[0]!, logger, clientOptions, tokenVerificationEnabled: false, convoStore: false,
    // Bolt would ask Slack who we are on every request, which costs the 3 s that a click has when Slack is slow.
    authorize: async ({ teamId = null, enterpriseId = null }) => {
      const found = await workspaces.tokenFor({ team: teamId, enterprise: enterpriseId });
      if (!found) throw new Error('Lifeboat is not installed in that workspace.');
      return { botToken: found.token, ...(found.botUser === null ? {} : { botUserId: found.botUser }) };
    },
  });
  for (const socket of sockets) socket.init(app);
  addListeners({
    app, handler, channel, log, clock, people: createPeople(workspaces, createStandings({ clientFor: workspaces.clientFor, clock, log })), placeOf: channel.placeOf, isAnswerAddress: slackAddresses(env.apiUrl),
  });
  const onSeen = listenForOwn(app, workspaces);
  if (installations) addRemovals(app, installations, log);
  const guard = createGuard({ signingSecret: env.signingSecret, once, now: () => clock.now(), onStoreFailure: () => log.warn({}, 'The database is away: replayed Slack requests are told by the memory of this process alone until it is back.') });

  async function look(): Promise<string> {
    const answer = await (await workspaces.main()).auth.test().catch((error: unknown) => { throw toChannelError(error, 'auth.test'); });
    if (env.botToken !== undefined) home = { team: answer.team_id ?? '', enterprise: answer.enterprise_id ?? null, botUser: answer.user_id ?? '' };
    return `Connected to the Slack workspace ${answer.team ?? answer.team_id ?? '?'}.`;
  }
  const verify = (): void => void verifyUntilKnown({ clock, log, signal: stopping.signal, ask: look, report: (ok, message) => { status = { mode, ok, message }; } });
  const groups = userGroups && userGroups.groups.size > 0 ? createUserGroups(userGroups, { workspaces, clock, log }) : null;
  const installer = install && installations ? createInstall({ settings: install, scopes: [...botScopes, ...(groups ? userGroupScopes : [])], installations, once, clientOptions, logger, log, installed: verify, ...(env.apiUrl ? { authorizationUrl: new URL('/oauth/v2/authorize', env.apiUrl).href } : {}) }) : null;
  const events = http ? createRequestListener({ receiver: http, guard, log, now: () => clock.now(), refused }) : null;

  return {
    channel: { ...channel, onSeen },
    ...(events || installer ? { requestListener: createDoor({ events, installer, log }) } : {}),
    status: () => status,
    async start() {
      // Without any workspace there is nothing to ask; the first installation asks.
      if (env.botToken !== undefined || (await installations?.ids() ?? []).length > 0) verify();
      else status = { mode, ok: false, message: 'Lifeboat is not installed in any Slack workspace yet. An operator of the provider types "code slack-install" and opens /slack/install.' };
      groups?.start();
      keepAllConnected(sockets, { clock, log, signal: stopping.signal });
    },
    async stop() {
      stopping.abort();
      groups?.stop();
      // Slack's client waits 30 s for the other side's goodbye; a process that is asked to stop does not.
      if (sockets.length > 0) await Promise.race([Promise.all(sockets.map((socket) => socket.client.disconnect().catch(() => undefined))), clock.sleep(3000)]);
    },
  };
}
