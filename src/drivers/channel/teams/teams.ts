import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Channel, ConversationHandler, InboundHandler } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import { createTeamsChannel } from './channel.js';
import { createConnector } from './connector.js';
import { createConversations, type ConversationStore } from './conversations.js';
import { createListener, type Seen } from './listener.js';
import type { TeamsLog } from './log.js';
import { createLogin } from './login.js';
import { createRefusals } from './refusals.js';
import { createRequestListener } from './request-listener.js';
import { createServiceHosts } from './service-hosts.js';
import { createTokenCheck } from './token.js';

export interface TeamsEnvironment {
  /** Id of the bot's app registration. */
  readonly appId: string;
  readonly appPassword: string;
  /** The one Microsoft 365 tenant whose people may speak. */
  readonly tenantId: string;
  /** Who signs what Teams sends, and for whom our own token is asked. */
  readonly tokenIssuer: string;
  readonly openIdMetadataUrl: string;
  readonly loginUrl: string;
  /** Hosts, `*.` in front of a domain for all below it. */
  readonly serviceHosts: readonly string[];
}

export interface TeamsOptions { readonly env: TeamsEnvironment; readonly handler: InboundHandler; readonly conversation: ConversationHandler; readonly store: ConversationStore; readonly clock: Clock; readonly log: TeamsLog; /** A request did not get in: for metrics. */ readonly refused?: (reason: string) => void }

export interface TeamsStatus {
  /** null: the directory has not answered yet. */
  readonly ok: boolean | null;
  readonly message: string;
}

export interface Teams {
  readonly channel: Channel;
  /** Takes the raw requests of POST /api/messages. */
  readonly requestListener: (request: IncomingMessage, response: ServerResponse) => void;
  status(): TeamsStatus;
  /** Returns at once: Teams may be away. The credentials are tried in the background, with back-off, until the directory takes them. */
  start(): Promise<void>;
  /** Waits for answers under way. */
  stop(): Promise<void>;
}

/** Microsoft Teams, both directions, through botbuilder. Nothing here waits for Teams or ends the process when it is away. */
export async function createTeams({ env, handler, conversation, store, clock, log, refused: countRefused }: TeamsOptions): Promise<Teams> {
  const { appId, appPassword, tenantId: tenant, tokenIssuer: issuer, openIdMetadataUrl: metadataUrl } = env;
  const isServiceHost = createServiceHosts(env.serviceHosts);
  let status: TeamsStatus = { ok: null, message: 'The directory has not answered yet.' };
  const login = createLogin({ loginUrl: env.loginUrl, tenant, appId, password: appPassword, resource: issuer, clock, report: (ok, message) => { status = { ok, message }; } });
  const connector = await createConnector({ appId, tenant, issuer, metadataUrl, login, isServiceHost, clock });
  const conversations = createConversations(store, log);
  const watching = new Set<Seen>();
  const channel = createTeamsChannel({ connector, conversations, clock, onSeen: (seen) => { watching.add(seen); return () => { watching.delete(seen); }; } });
  const listener = createListener({ handler, conversation, conversations, channel, tenant, clock, log, seen: (key, ref) => { for (const seen of watching) seen(key, ref); } });
  const refused = createRefusals(() => clock.now(), log, (reason) => countRefused?.(reason));
  const stopping = new AbortController();

  /** A refused secret is not tried less often: somebody may be about to renew it. */
  async function tryCredentials(): Promise<void> {
    for (let waitMs = 1000; !stopping.signal.aborted; waitMs = Math.min(waitMs * 2, 60_000)) {
      try {
        await login.fetch();
        log.info({}, status.message);
        return;
      } catch {
        log.warn({}, `${status.message} Asking again in ${waitMs / 1000} s. Messages wait in the outbox; console and CLI work.`);
        await clock.sleep(waitMs, stopping.signal).catch(() => undefined);
      }
    }
  }

  return {
    channel,
    requestListener: createRequestListener({
      tenant, isServiceHost, refused, clock,
      check: createTokenCheck({ appId, issuer, metadataUrl, now: () => clock.now() }),
      receive: (authorization, activity) => connector.receive(authorization, activity, () => listener.take(activity)),
      isTokenError: connector.isTokenError,
    }),
    status: () => status,
    async start() { void tryCredentials(); },
    async stop() {
      stopping.abort();
      const idle = new AbortController();
      await Promise.race([listener.idle(), clock.sleep(3_000, idle.signal).catch(() => undefined)]);
      idle.abort();
    },
  };
}
