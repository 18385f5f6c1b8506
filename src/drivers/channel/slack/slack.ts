import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { Channel, DialogHandler } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import type { OnceStore } from '../../../ports/once.js';
import { createSlackChannel } from './channel.js';
import { fetchWithReason, toChannelError } from './errors.js';
import { createGuard } from './guard.js';
import type { Home } from './identity.js';
import { addListeners } from './listeners.js';
import { boltLog, type SlackLog } from './log.js';
import { createRefusePerson } from './people.js';
import { createRequestListener } from './request-listener.js';
import { createSocketReceiver, keepConnected } from './socket.js';
import { createStandings } from './standing.js';
import { verifyUntilKnown } from './verify.js';

export interface SlackEnvironment {
  /** xoxb-... */
  readonly botToken: string;
  /** Needed for the HTTP receiver; unused in Socket Mode. */
  readonly signingSecret: string;
  /** xapp-...: its presence chooses Socket Mode. */
  readonly appToken?: string;
  /** Another Web API than slack.com's: tests, GovSlack. Ends with a slash. */
  readonly apiUrl?: string;
}

export interface SlackOptions { readonly env: SlackEnvironment; readonly handler: DialogHandler; readonly once: OnceStore; readonly clock: Clock; readonly log: SlackLog }

export interface SlackStatus {
  readonly mode: 'http' | 'socket';
  /** null: Slack has not answered yet. */
  readonly ok: boolean | null;
  readonly message: string;
}

export interface Slack {
  readonly channel: Channel;
  /** Takes the raw requests of POST /slack/events. Absent in Socket Mode. */
  readonly requestListener?: (request: IncomingMessage, response: ServerResponse) => void;
  status(): SlackStatus;
  /** Returns at once: Slack may be away. The connection is made and the token verified in the background, with back-off, for as long as it takes. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Slack, both directions. Nothing here waits for Slack or ends the process when it is away. */
export async function createSlack({ env, handler, once, clock, log }: SlackOptions): Promise<Slack> {
  const mode = env.appToken === undefined ? 'http' : 'socket';
  const logger = boltLog(log, [env.botToken, env.signingSecret, ...(env.appToken ? [env.appToken] : [])].filter((secret) => secret !== ''));
  const clientOptions = { ...(env.apiUrl ? { slackApiUrl: env.apiUrl } : {}), retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: 5000, fetch: fetchWithReason, logger };
  const client = new WebClient(env.botToken, clientOptions);
  const channel = createSlackChannel(client);

  let home: Home | null = null;
  let status: SlackStatus = { mode, ok: null, message: 'Slack has not answered yet.' };
  const stopping = new AbortController();

  const http = mode === 'http' ? new HTTPReceiver({ signingSecret: env.signingSecret, logger, bodyLimit: 1_000_000 }) : null;
  const socket = env.appToken === undefined ? null : createSocketReceiver(env.appToken, logger, { ...clientOptions, timeout: 10_000 });
  const app = new App({
    receiver: (http ?? socket)!, logger, clientOptions, tokenVerificationEnabled: false, convoStore: false,
    // Bolt would ask Slack who we are on every request, which costs the 3 s that a click has when Slack is slow.
    authorize: async () => ({ botToken: env.botToken, ...(home ? { botUserId: home.botUser } : {}) }),
  });
  addListeners({
    app, handler, channel, log, clock, refusePerson: createRefusePerson(() => home, createStandings({ client, clock, log })), placeOf: channel.placeOf, isAnswerAddress: answerAddresses(env.apiUrl),
  });
  const guard = createGuard({ signingSecret: env.signingSecret, once, now: () => clock.now(), onStoreFailure: () => log.warn({}, 'The database is away: replayed Slack requests are told by the memory of this process alone until it is back.') });

  return {
    channel,
    ...(http ? { requestListener: createRequestListener(http, guard, log) } : {}),
    status: () => status,
    async start() {
      void verifyUntilKnown({
        clock, log, signal: stopping.signal,
        ask: async () => {
          const answer = await client.auth.test().catch((error: unknown) => { throw toChannelError(error, 'auth.test'); });
          home = { team: answer.team_id ?? '', enterprise: answer.enterprise_id ?? null, botUser: answer.user_id ?? '' };
          return `Connected to the Slack workspace ${answer.team ?? home.team}.`;
        },
        report: (ok, message) => { status = { mode, ok, message }; },
      });
      if (socket) void keepConnected(socket, { clock, log, signal: stopping.signal });
    },
    async stop() {
      stopping.abort();
      // Slack's client waits 30 s for the other side's goodbye; a process that is asked to stop does not.
      if (socket) await Promise.race([socket.client.disconnect().catch(() => undefined), clock.sleep(3000)]);
    },
  };
}

/** Slack's own, or where another Web API than Slack's is set: whatever that one names. */
const answerAddresses = (apiUrl: string | undefined) => (url: string): boolean => URL.canParse(url) && (apiUrl !== undefined || (url.startsWith('https://') && /(?:^|\.)slack(?:-gov)?\.com$/.test(new URL(url).hostname)));
