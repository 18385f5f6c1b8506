import { refusal, type Answer, type Caller } from '../core/answer.js';
import { sees } from '../core/estate.js';
import { peopleStream } from '../core/event.js';
import type { Millis, Surface } from '../core/names.js';
import type { DeliveryStatus, OutboxRow } from '../ports/outbox.js';
import { row, type Entry } from './asked.js';
import type { ParsedCommand } from './grammar.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';
import { clockTime } from './sentences.js';

const statuses: readonly DeliveryStatus[] = ['failed', 'queued', 'kept', 'sent', 'delivered'];
/** What may be asked for: each status, and two questions about what was sent. */
export const deliveryStatuses: readonly string[] = [...statuses, 'unproven', 'fell-back'];
/** A receipt that has not come within a day does not come any more. */
export const unprovenAfterMs: Millis = 86_400_000;
export const deliveriesShownMax = 50;
/** Looked through for the few that somebody may see. */
const lookedAt = 2_000;

const became: Record<DeliveryStatus, string> = { failed: 'FAILED: it is tried no more', queued: 'waits', kept: 'kept: no transport is configured, the console shows it', sent: 'handed over', delivered: 'delivered: a receipt proves it' };

/** A message and what became of it. Whom it is for is named; what it says stays theirs. */
export function deliveryEntry({ key, surface, target, subject, status, attempts, lastError, createdAt, sentAt, provable, deliveredAt, fellOverTo }: OutboxRow, timeZone: string, optedOut: string | null = null): Entry {
  return { name: key, block: [
    row('Message', key), row('To', target.kind === 'channel' ? `${surface} channel ${target.channel}` : `${target.person} by ${surface}`), row('About', subject.id), row('State', status === 'sent' && provable ? 'handed over; no receipt yet' : became[status]), row('Tries that failed', attempts), row('Why', lastError),
    row('Wanted', clockTime(createdAt, timeZone)), row('Handed over', sentAt === null ? null : clockTime(sentAt, timeZone)), row('Delivered', deliveredAt === null ? null : clockTime(deliveredAt, timeZone)), row('Fell back to', fellOverTo), ...(optedOut === null ? [] : [row('Opted out', optedOut)]), ...(status === 'failed' ? [row('Send it again', `resend delivery ${key}`)] : []),
  ] };
}

/** Messages that did not arrive, visible and re-sendable (DESIGN.md section 7). */
export function createDeliveries(parts: Pick<DeskParts, 'deliveries' | 'journal' | 'live'>) {
  const { deliveries } = parts;
  return {
    /** With neither a name nor a status: those that have not arrived, the dead first. */
    async of({ name, attributes }: ParsedCommand): Promise<readonly OutboxRow[]> {
      if (!deliveries) return [];
      const surface = attributes.get('surface') as Surface | undefined;
      const status = attributes.get('status');
      const where = { ...(surface === undefined ? {} : { surface }), limit: lookedAt };
      if (status === 'unproven') return deliveries.list({ ...where, unprovenMs: unprovenAfterMs });
      if (status === 'fell-back') return deliveries.list({ ...where, fellOver: true });
      const ask = (wanted: DeliveryStatus): Promise<readonly OutboxRow[]> => deliveries.list({ ...where, status: wanted });
      return (await Promise.all((status !== undefined ? [status as DeliveryStatus] : name === null ? (['failed', 'queued'] as const) : statuses).map(ask))).flat();
    },

    async resend(caller: Caller, { name }: ParsedCommand): Promise<Answer> {
      if (!caller.person.roles.includes('operator')) return refusal(1, 'not-an-operator', 'Sending a message again needs the role operator. Nothing was done.', 'Ask an operator; you may look.', 'query delivery');
      if (name === null) return refusal(3, 'message-missing', 'Say which message.', 'Each that failed is named, with the line to send.', 'query delivery status=failed');
      const known = (await deliveries?.list({ status: 'failed', limit: lookedAt }))?.find((each) => each.key === name && sees(caller.person, each.tenant));
      if (!known || !(await deliveries!.again(name))) return refusal(2, 'not-a-dead-letter', `No message that failed is called '${name}', as far as you may see.`, 'It may have arrived, or be on its way. Look.', 'query delivery');
      await record(parts, [entry(peopleStream, known.tenant, actorOf(caller), { type: 'note', about: 'delivery', text: `${caller.person.name} had ${name} sent again`, data: { resent: name, why: known.lastError } })]);
      return { kind: 'said', status: 0, text: `${name} is sent again, with all its tries.`, next: [`query delivery ${name}`], json: { resent: name } };
    },
  };
}
