import type { App, BlockAction, ButtonAction } from '@slack/bolt';
import type { Card, Channel, Inbound, InboundHandler, InboundReply } from '../../../ports/channel.js';
import { actionPrefix, toSlackMessage } from './blocks.js';
import { identityOf, isOutsider, plainText, type Home, type SlackPerson } from './identity.js';
import type { SlackLog } from './log.js';
import { refusedStandings, type Standing } from './standing.js';

export interface ListenerOptions { readonly app: App; readonly handler: InboundHandler; readonly channel: Channel; readonly home: () => Home | null; readonly standingOf: (person: SlackPerson) => Promise<Standing>; readonly log: SlackLog; readonly postEphemeral: (channel: string, user: string, card: Card) => Promise<void> }

/** One way back to the person alone: by the response address, else in the channel, else in a direct message. */
interface WayBack { readonly responseUrl: string | null; readonly conversation: string | null; readonly person: SlackPerson; readonly deliveryId: string }

/** Slash command, mention and button take the same path: acknowledge within Slack's 3 s, then work, then answer the person alone. */
export function addListeners(options: ListenerOptions): void {
  const { app, handler, log } = options;

  app.command('/dr', async ({ ack, body }) => {
    await ack();
    const person: SlackPerson = { user: body.user_id, team: body.team_id || null, enterprise: body.enterprise_id || null };
    const deliveryId = `command:${body.trigger_id}`;
    await serve(options, person, { responseUrl: body.response_url, conversation: body.channel_id, person, deliveryId }, body.user_name, (from) => handler.command(from, plainText(body.text)));
  });

  app.event('app_mention', async ({ event, body }) => {
    // Bolt has acknowledged already.
    const raw = event as unknown as { user?: string; user_team?: string; source_team?: string; team?: string; channel: string; text: string };
    if (!raw.user) return;
    const grid = body.enterprise_id || null;
    const person: SlackPerson = { user: raw.user, team: raw.user_team ?? raw.source_team ?? raw.team ?? body.team_id ?? null, enterprise: grid };
    await serve(options, person, { responseUrl: null, conversation: raw.channel, person, deliveryId: `event:${body.event_id}` }, null, (from) => handler.command(from, plainText(raw.text)));
  });

  app.action<BlockAction<ButtonAction>>({ type: 'block_actions', action_id: new RegExp(`^${actionPrefix}`) }, async ({ ack, body, action }) => {
    await ack();
    const person: SlackPerson = { user: body.user.id, team: body.user.team_id ?? body.team?.id ?? null, enterprise: body.enterprise?.id ?? null };
    const deliveryId = `action:${body.trigger_id ?? action.action_ts}:${action.action_id}`;
    await serve(options, person, { responseUrl: body.response_url || null, conversation: body.channel?.id ?? null, person, deliveryId }, body.user.name ?? body.user.username ?? null, (from) => handler.action(from, action.value ?? ''));
  });

  app.error(async (error) => { log.error({ code: error.code }, 'A Slack request could not be worked on. Nothing was done for it; the person can send it again.'); });
}

async function serve(options: ListenerOptions, person: SlackPerson, back: WayBack, displayName: string | null, work: (from: Inbound) => Promise<InboundReply>): Promise<void> {
  const card = refusedStandings[isOutsider(person, options.home()) ? 'stranger' : await options.standingOf(person)]
    ?? (await work({ surface: 'slack', identity: identityOf(person), displayName, conversation: back.conversation, deliveryId: back.deliveryId })).card;
  if (card) await answer(options, back, card);
}

async function answer({ channel, log, postEphemeral }: ListenerOptions, { responseUrl, conversation, person, deliveryId }: WayBack, card: Card): Promise<void> {
  const ways: (() => Promise<unknown>)[] = [
    ...(responseUrl ? [() => respond(responseUrl, card)] : []),
    ...(conversation ? [() => postEphemeral(conversation, person.user, card)] : []),
    () => channel.post({ kind: 'person', person: person.user, identity: identityOf(person) }, card, { key: `answer:${deliveryId}` }),
  ];
  for (const way of ways) {
    try {
      await way();
      return;
    } catch (error) {
      log.warn({ why: error instanceof Error ? error.message : String(error) }, 'A private answer did not reach Slack this way; trying the next.');
    }
  }
  log.error({}, 'A private answer could not be delivered to Slack. What was asked is in the journal all the same: lifeboat query event.');
}

async function respond(url: string, card: Card): Promise<void> {
  const response = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json' }, signal: AbortSignal.timeout(5000), redirect: 'error',
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...toSlackMessage(card) }),
  });
  if (!response.ok) throw new Error(`the response address answered HTTP ${response.status}`);
}
