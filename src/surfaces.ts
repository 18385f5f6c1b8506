import type pg from 'pg';
import type { Environment } from './config/environment.js';
import { createConversationHandler } from './chatops/conversation.js';
import { changesOnCall, identitiesOnCall } from './chatops/on-call.js';
import type { RenderMessage } from './chatops/render-message.js';
import type { Render } from './chatops/render.js';
import { personOf } from './core/estate.js';
import { peopleStream } from './core/event.js';
import type { Surface } from './core/names.js';
import { mayInstallSlack } from './desk/accounts.js';
import { entry, record, type DeskParts } from './desk/parts.js';
import { createEmail, type Email } from './drivers/channel/email/email.js';
import { createInbox, type Inbox } from './drivers/channel/email/inbox.js';
import { resolverOf } from './drivers/channel/email/name-servers.js';
import { createSlack, type Slack, type SlackOptions } from './drivers/channel/slack/slack.js';
import { createJsonGateway } from './drivers/channel/sms/json.js';
import { createKannel } from './drivers/channel/sms/kannel.js';
import { createMailGateway } from './drivers/channel/sms/mail.js';
import { createTwilio } from './drivers/channel/sms/twilio.js';
import { createTeams, type Teams, type TeamsOptions } from './drivers/channel/teams/teams.js';
import { createWebChannel } from './drivers/channel/web/channel.js';
import { createKeyv } from './journal/keyv-store.js';
import type { Metrics } from './metrics.js';
import type { Channel } from './ports/channel.js';
import type { InboundMail } from './ports/mail.js';
import type { Clock } from './ports/clock.js';
import type { SmsGateway } from './ports/sms.js';
import type { LiveState } from './ports/state.js';
import type { OnceStore, ButtonStore } from './ports/once.js';
import type { WebConversationStore } from './ports/web-conversation.js';

export interface SurfacesParts {
  readonly environment: Environment;
  readonly pool: pg.Pool;
  readonly live: LiveState;
  readonly desk: Pick<DeskParts, 'journal' | 'live'>;
  readonly inbound: SlackOptions['handler'] & TeamsOptions['handler'];
  readonly buttons: ButtonStore;
  readonly once: OnceStore;
  readonly clock: Clock;
  readonly conversations: WebConversationStore;
  readonly render: Render;
  readonly renderMessage: RenderMessage;
  readonly metrics: Metrics;
  /** The address of the console, as soon as it is known. */
  readonly address: () => string;
  readonly log: SlackOptions['log'] & TeamsOptions['log'];
}

/** Where people are reached, as this Lifeboat is set up. */
export interface Surfaces {
  readonly channels: ReadonlyMap<Surface, Channel>;
  /** Without a transport: what is for them is kept and shown in the console. */
  readonly kept: ReadonlySet<Surface>;
  readonly slack: Slack | null;
  readonly teams: Teams | null;
  readonly email: Email | null;
  readonly sms: SmsGateway | null;
  /** Where people answer mail; null: nowhere. */
  openInbox(take: (mail: InboundMail) => Promise<void>): Inbox | null;
  /** Connects to the chats; nothing waits for them. */
  start(): Promise<void>;
  /** In the opposite order. */
  readonly stops: readonly (() => unknown)[];
}

/** The console always, and whatever the environment names besides. */
export async function createSurfaces(parts: SurfacesParts): Promise<Surfaces> {
  const { environment, clock, conversations } = parts;
  const channels = new Map<Surface, Channel>([['web', createWebChannel(conversations, clock)]]);
  const kept = new Set<Surface>();
  const slack = environment.slack === null ? null : await createSlack(slackOptions(environment.slack, parts));
  if (slack) channels.set('slack', slack.channel);
  const teams = environment.teams === null ? null : await createTeams(teamsOptions(environment.teams, parts));
  if (teams) channels.set('teams', teams.channel);
  const email = environment.mail === null ? null : createEmail({ urls: environment.mail.urls, from: environment.mail.from, domain: /@([^>\s]+)/.exec(environment.mail.from)?.[1] ?? 'lifeboat.localhost', dkim: environment.mail.dkim, now: () => clock.now() });
  if (email) channels.set('email', email.channel); else kept.add('email');
  const sms = environment.sms === null ? null : await createSms(environment.sms, email, parts);
  if (sms) channels.set('sms', sms.channel); else kept.add('sms');
  return {
    channels, kept, slack, teams, email, sms,
    openInbox(take) {
      if (!environment.mail?.inboxUrl) return null;
      const resolver = resolverOf(environment.mail.dnsServers);
      return createInbox({ url: environment.mail.inboxUrl, take, clock, log: (message, detail) => { parts.log.warn(detail, message); }, ...(resolver ? { resolver } : {}) });
    },
    async start() {
      await slack?.start();
      await teams?.start();
    },
    stops: [...(slack ? [() => slack.stop()] : []), ...(teams ? [() => teams.stop()] : []), ...(email ? [() => email.stop()] : [])],
  };
}

const onThisMachine = /^(localhost|127\.[\d.]+|\[::1\])$/;

/** A gateway on another machine reaches us at the public address alone; without one it is asked for no receipts. */
async function createSms({ kind, url, from, inboundToken }: NonNullable<Environment['sms']>, email: Email | null, { environment, address, clock }: SurfacesParts): Promise<SmsGateway> {
  const local = kind !== 'mail' && onThisMachine.test(new URL(url).hostname);
  const reachedAt = (): string | null => environment.publicUrl ?? (local ? address() : null);
  switch (kind) {
    case 'kannel': return createKannel({ url, from, inboundToken, reachedAt });
    case 'twilio': return createTwilio({ url, from: from!, reachedAt });
    case 'json': return createJsonGateway({ url, from, reachedAt, now: () => clock.now() });
    case 'mail': return createMailGateway({ url, send: (to, text, key) => email!.plain(to, text, key) });
  }
}

function slackOptions({ botToken, signingSecret, appToken, apiUrl, client, workspaceOf, userGroups }: NonNullable<Environment['slack']>, { environment, pool, live, inbound, once, clock, log, metrics }: SurfacesParts): SlackOptions {
  const mayInstall = (name: string): boolean => mayInstallSlack((live.current.estate && personOf(live.current.estate, name)) || null);
  return {
    env: { signingSecret, ...(botToken ? { botToken } : {}), ...(appToken ? { appToken } : {}), ...(apiUrl ? { apiUrl } : {}) }, handler: inbound, once, clock, log, workspaceOf, refused: (why) => metrics.refused('slack', why),
    userGroups: { groups: userGroups, membersOf: (tenant) => identitiesOnCall(live.current, tenant, 'slack', clock.now()), onChange: (listener) => live.onEntries((entries) => { if (changesOnCall(entries)) listener(); }) },
    ...(client ? { install: { clientId: client.id, clientSecret: client.secret, redirectUri: new URL('/slack/oauth_redirect', environment.publicUrl!).href, mayInstall, store: createKeyv(pool, 'slack') } } : {}),
  };
}

function teamsOptions(env: NonNullable<Environment['teams']>, { pool, live, desk, inbound, buttons, render, renderMessage, clock, log, metrics }: SurfacesParts): TeamsOptions {
  return {
    env, handler: inbound, store: createKeyv(pool, 'teams-conversation'), clock, log, refused: (why) => metrics.refused('teams', why),
    conversation: createConversationHandler({
      live, buttons, render, renderMessage, clock, log,
      note: async (person, surface, text, data) => { await record(desk, [entry(peopleStream, null, { kind: 'person', person: person.name, surface }, { type: 'note', about: 'conversation', text, data })]); },
    }),
  };
}
