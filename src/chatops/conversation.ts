import { personOf, sees, type Person } from '../core/estate.js';
import { listed } from '../core/listed.js';
import type { Surface } from '../core/names.js';
import type { Card, ConversationHandler, Inbound } from '../ports/channel.js';
import type { Clock } from '../ports/clock.js';
import type { ButtonStore } from '../ports/once.js';
import type { LiveState } from '../ports/state.js';
import { closedBecause } from './views/approval.js';
import { refusalView } from './views/answer.js';
import type { Render } from './render.js';
import type { RenderMessage } from './render-message.js';
import type { View } from './views/view.js';

export interface ConversationOptions {
  readonly live: LiveState;
  readonly buttons: ButtonStore;
  readonly render: Render;
  readonly renderMessage: RenderMessage;
  readonly clock: Clock;
  /** Somebody who may said where a channel of the estate is: auditors ask for it. */
  readonly note: (person: Person, surface: Surface, text: string, data: { readonly channel: string; readonly conversation: string | null }) => Promise<void>;
  readonly log: { error(fields: object, message: string): void };
}

/** What Teams asks beside commands and buttons: a reader's own view of a shared message, and whether a conversation may carry a tenant's messages. */
export function createConversationHandler({ live, buttons, render, renderMessage, clock, note, log }: ConversationOptions): ConversationHandler {
  const personBehind = ({ surface, identity }: Inbound): Person | undefined => {
    const name = live.current.links.find((link) => link.surface === surface && link.identity === identity)?.person;
    return name === undefined || !live.current.estate ? undefined : personOf(live.current.estate, name);
  };
  const plainly = ({ surface }: Inbound, view: View): Card => render(view, surface, { timeZone: live.current.estate?.timeZone ?? 'UTC', now: clock.now() });

  async function viewOf(from: Inbound, actionId: string): Promise<Card | null> {
    const button = await buttons.lookUp(actionId);
    const run = button ? live.current.runs.get(button.subject) : undefined;
    const person = personBehind(from);
    if (!run || !person || !sees(person, run.plan.tenant)) return null;
    const { plan } = run;
    const decides = closedBecause(run, person.name, plan.epoch, live.current, clock.now()) === null;
    const subject = { view: decides ? 'approval-request' : 'run', id: decides ? `${plan.run}.${plan.epoch}` : plan.run, seq: live.current.seq };
    return renderMessage({ surface: from.surface, target: { kind: 'person', person: person.name, identity: from.identity }, subject }, live.current, clock.now());
  }

  async function place(from: Inbound, channel: string, wish: 'use' | 'stop'): Promise<{ may: boolean; card: Card }> {
    const { estate } = live.current;
    const person = personBehind(from);
    const refuse = (code: string, what: string, next: string, command: string | null = null) => ({ may: false, card: plainly(from, refusalView(code, what, next, command)) });
    if (!estate || !person) return refuse('not-linked', 'Lifeboat does not know whose account this is, so it sends nothing here.', `Link the account first: type "code ${from.surface}" in the console or the CLI and send the code to Lifeboat.`, 'link CODE');
    const open = channelsFor(person, estate);
    if (!open.includes(channel)) {
      // The same words whether there is such a channel or not: another tenant's is nobody's business.
      return refuse('channel-not-yours', `No channel of yours is called "${channel}". It takes an operator of its tenant; the provider's channel takes an operator of the provider.`,
        open.length > 0 ? `Yours: ${listed(open)}.` : 'Ask an operator of that tenant to say it here.', open[0] ? `use this channel for ${open[0]}` : null);
    }
    const text = wish === 'use' ? `From now on everything about ${channel} is posted here, for everyone in this conversation to read. ${person.displayName} said so.` : `Nothing about ${channel} is posted here any more. ${person.displayName} said so.`;
    await note(person, from.surface, `${person.name}: ${wish === 'use' ? 'use this conversation for' : 'stop using this conversation for'} ${channel}`, { channel, conversation: from.conversation });
    return { may: true, card: plainly(from, { name: 'said', names: ['said'], tone: 'good', data: { text, next: [wish === 'use' ? 'stop using this channel' : `use this channel for ${channel}`] } }) };
  }

  return {
    personal: (from, actionId) => viewOf(from, actionId).catch((error: unknown) => {
      log.error({ why: error instanceof Error ? error.message : String(error), surface: from.surface }, 'A reader\'s own view of a message could not be made; the shared one stays.');
      return null;
    }),
    mayPlace: (from, channel, wish) => place(from, channel, wish).catch((error: unknown) => {
      log.error({ why: error instanceof Error ? error.message : String(error), surface: from.surface }, 'Where a channel is could not be written down.');
      return { may: false, card: plainly(from, refusalView('failed', 'Lifeboat could not write this down, because of a fault of its own. Nothing was changed.', 'Say it again in a minute; the log has the cause.', null)) };
    }),
  };
}

/** A tenant's operator says where the tenant's channel is; the provider's shows every tenant, so it takes one who sees them all. */
function channelsFor(person: Person, estate: NonNullable<LiveState['current']['estate']>): string[] {
  if (!person.roles.includes('operator')) return [];
  const own = estate.tenants.filter(({ name, channel }) => sees(person, name) && (channel !== estate.provider.channel || person.tenants === 'all')).map(({ channel }) => channel);
  // Two tenants may share a channel: then it takes somebody who sees both.
  const shut = new Set(estate.tenants.filter(({ name }) => !sees(person, name)).map(({ channel }) => channel));
  return [...new Set([...(person.tenants === 'all' ? [estate.provider.channel] : []), ...own])].filter((channel) => !shut.has(channel));
}
