import { refusal, type Answer, type Caller } from '../core/answer.js';
import { sees } from '../core/estate.js';
import type { Surface } from '../core/names.js';
import type { DeliveryStatus, OutboxRow } from '../ports/outbox.js';
import { row, type Entry } from './asked.js';
import type { ParsedCommand } from './grammar.js';
import type { DeskParts } from './parts.js';
import { clockTime } from './sentences.js';

export const deliveryStatuses: readonly DeliveryStatus[] = ['failed', 'queued', 'kept', 'sent'];
export const deliveriesShownMax = 50;
/** Looked through for the few that somebody may see. */
const lookedAt = 2_000;

const became: Record<DeliveryStatus, string> = { failed: 'FAILED: it is tried no more', queued: 'waits', kept: 'kept: no transport is configured, the console shows it', sent: 'handed over' };

/** A message and what became of it. Whom it is for is named; what it says stays theirs. */
export function deliveryEntry({ key, surface, target, subject, status, attempts, lastError, createdAt, sentAt }: OutboxRow, timeZone: string): Entry {
  return { name: key, block: [
    row('Message', key), row('To', target.kind === 'channel' ? `${surface} channel ${target.channel}` : `${target.person} by ${surface}`), row('About', subject.id), row('State', became[status]), row('Tries that failed', attempts), row('Why', lastError),
    row('Wanted', clockTime(createdAt, timeZone)), row('Handed over', sentAt === null ? null : clockTime(sentAt, timeZone)), ...(status === 'failed' ? [row('Send it again', `resend delivery ${key}`)] : []),
  ] };
}

/** Messages that did not arrive, visible and re-sendable (DESIGN.md section 7). */
export function createDeliveries({ deliveries }: Pick<DeskParts, 'deliveries'>) {
  return {
    /** With neither a name nor a status: those that have not arrived, the dead first. */
    async of({ name, attributes }: ParsedCommand): Promise<readonly OutboxRow[]> {
      if (!deliveries) return [];
      const surface = attributes.get('surface') as Surface | undefined;
      const status = attributes.get('status') as DeliveryStatus | undefined;
      const ask = (wanted: DeliveryStatus): Promise<readonly OutboxRow[]> => deliveries.list({ ...(surface === undefined ? {} : { surface }), status: wanted, limit: lookedAt });
      return (await Promise.all((status !== undefined ? [status] : name === null ? (['failed', 'queued'] as const) : deliveryStatuses).map(ask))).flat();
    },

    async resend(caller: Caller, { name }: ParsedCommand): Promise<Answer> {
      if (!caller.person.roles.includes('operator')) return refusal(1, 'not-an-operator', 'Sending a message again needs the role operator. Nothing was done.', 'Ask an operator; you may look.', 'query delivery');
      if (name === null) return refusal(3, 'message-missing', 'Say which message.', 'Each that failed is named, with the line to send.', 'query delivery status=failed');
      const known = (await deliveries?.list({ status: 'failed', limit: lookedAt }))?.find((each) => each.key === name && sees(caller.person, each.tenant));
      if (!known || !(await deliveries!.again(name))) return refusal(2, 'not-a-dead-letter', `No message that failed is called '${name}', as far as you may see.`, 'It may have arrived, or be on its way. Look.', 'query delivery');
      return { kind: 'said', status: 0, text: `${name} is sent again, with all its tries.`, next: [`query delivery ${name}`], json: { resent: name } };
    },
  };
}
