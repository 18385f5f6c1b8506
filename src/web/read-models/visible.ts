import { sees, type Person } from '../../core/estate.js';
import type { JournalEntry } from '../../core/event.js';
import type { RunState } from '../../core/run-state.js';
import type { State } from '../../core/state.js';
import { channelConversation, personConversation } from '../../ports/web-conversation.js';

/** DESIGN.md section 8: everything belongs to a tenant; what belongs to none is the provider's. */
export const seesEntry = (person: Person, entry: JournalEntry): boolean => sees(person, entry.tenant);

export function runFor(state: State, person: Person, id: string): RunState | undefined {
  const run = state.runs.get(id);
  return run && sees(person, run.plan.tenant) ? run : undefined;
}

export interface ConversationModel {
  readonly id: string;
  readonly kind: 'private' | 'tenant' | 'provider';
  readonly title: string;
  readonly about: string;
}

/** The person's own conversation first, then the channels of tenants and provider that the person may read. */
export function conversationsFor(state: State, person: Person): ConversationModel[] {
  const { estate } = state;
  if (!estate) return [];
  const own: ConversationModel = { id: personConversation(person.name), kind: 'private', title: 'For you', about: 'Only you see this' };
  const channels = [...new Set(estate.tenants.map((tenant) => tenant.channel))].filter((channel) => channel !== estate.provider.channel);
  // A channel that tenants share is for people who see all of them.
  const ofTenants = channels.flatMap((channel): ConversationModel[] => {
    const tenants = estate.tenants.filter((tenant) => tenant.channel === channel);
    return tenants.every((tenant) => sees(person, tenant.name)) ? [{ id: channelConversation(channel), kind: 'tenant', title: channel, about: `Tenant ${tenants.map((tenant) => tenant.name).join(', ')}` }] : [];
  });
  const ofProvider: ConversationModel[] = person.tenants === 'all' ? [{ id: channelConversation(estate.provider.channel), kind: 'provider', title: estate.provider.channel, about: `${estate.provider.name}: all tenants` }] : [];
  return [own, ...ofTenants, ...ofProvider];
}

export const seesConversation = (state: State, person: Person, conversation: string): boolean => conversationsFor(state, person).some((each) => each.id === conversation);
