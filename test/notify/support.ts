import { EventEmitter, once } from 'node:events';
import { incidentStream, type JournalEntry } from '../../src/core/event.js';
import type { DrEvent } from '../../src/core/dr-event.js';
import type { Surface } from '../../src/core/names.js';
import type { Card, Channel, ChannelError, MessageRef, Target } from '../../src/ports/channel.js';
import type { Wanted } from '../../src/ports/outbox.js';
import type { NewEntry } from '../../src/ports/journal.js';
import { actor } from '../contract/support.js';

export const anEvent = (change: Partial<DrEvent> = {}): DrEvent => ({
  name: 'HOST_FAILURE', severity: 'critical', entityClass: 'host', entity: 'pbrazos', uuid: null, tenant: 'cluster01', site: 'customerA', description: 'Host pbrazos at customerA is Power Off.', occurredAt: 1_000_000, source: 'engine',
  evidence: [{ saw: 'Power Off', by: 'HMC vmhmc1', at: 1_000_000 }], key: 'HOST_FAILURE:pbrazos', ...change,
});

/** An entry that makes one message wanted. */
export const wish = (key: string, change: Partial<Wanted> = {}): NewEntry => ({ stream: incidentStream, tenant: null, actor, event: { type: 'note', about: 'wish', text: key, data: JSON.parse(JSON.stringify(change)) } });

export function wishesIn(entries: readonly JournalEntry[]): Wanted[] {
  return entries.flatMap(({ event, seq }) => (event.type !== 'note' || event.about !== 'wish' ? [] : [{
    key: event.text, surface: 'slack' as const, target: { kind: 'channel' as const, channel: 'cluster01' }, threadKey: null, subject: { view: 'run', id: 'R-1', seq }, tenant: null, wanted: seq, editable: false, ...(event.data as Partial<Wanted>),
  }]));
}

export interface Sent { readonly what: 'post' | 'update' | 'remove'; readonly key: string; readonly card: string; readonly thread: string | null; readonly at: number }

/** A channel that does what the test tells it: `answer` may throw, or wait. */
export function programmableChannel(surface: Surface, now: () => number) {
  const sent: Sent[] = [];
  const answers: (() => Promise<void>)[] = [];
  let told: (key: string, ref: MessageRef) => void = () => undefined;
  const next = async (): Promise<void> => { await answers.shift()?.(); };
  const channel: Channel = {
    surface,
    async post(_target: Target, card: Card, { key, thread }): Promise<MessageRef> {
      sent.push({ what: 'post', key, card: card.heading, thread: thread?.message ?? null, at: now() });
      await next();
      return { surface, conversation: 'C1', message: `ref-${key}-${sent.length}` };
    },
    async update(ref, card) {
      sent.push({ what: 'update', key: ref.message, card: card.heading, thread: null, at: now() });
      await next();
    },
    async remove(ref) {
      sent.push({ what: 'remove', key: ref.message, card: '', thread: null, at: now() });
      await next();
    },
    onSeen(seen) {
      told = seen;
      return () => { told = () => undefined; };
    },
  };
  return {
    channel, sent,
    /** The platform shows, by an event or a press, that this message of ours exists. */
    shows: (key: string, message: string): void => { told(key, { surface, conversation: 'C1', message }); },
    /** The next hand-over fails so. */
    fails: (error: ChannelError | Error) => { answers.push(() => Promise.reject(error)); },
    /** The next hand-over hangs until the result is called. */
    hangs: (): (() => void) => {
      const gate = new EventEmitter();
      answers.push(async () => { await once(gate, 'open'); });
      return () => { gate.emit('open'); };
    },
  };
}
