import type { Millis, Surface } from '../../src/core/names.js';
import { ChannelError, type Card, type Channel, type MessageRef, type Target } from '../../src/ports/channel.js';
import type { Clock } from '../../src/ports/clock.js';
import { conversationOf } from '../../src/ports/outbox.js';

/** busy: 429. broken: 5xx, nothing happened. lost-reply: it happens, nobody hears of it. late: nobody hears of it, and it happens a while later, perhaps after what was asked for next. */
export type ChatFault = 'busy' | 'broken' | 'lost-reply' | 'late';

export interface PlatformMessage { readonly key: string; readonly conversation: string; readonly thread: string | null; card: Card; removed: boolean }

/** Drivers give up on an answer after this time. */
const timeoutMs: Millis = 10_000;

/** Slack or Teams as people see it: what stands in its conversations, whatever its callers were told. */
export function createChatPlatform(surface: Surface, clock: Clock, { fault, random }: { readonly fault: (method: 'post' | 'update' | 'remove') => ChatFault | null; readonly random: { below(count: number): number } }) {
  const messages = new Map<string, PlatformMessage>();
  const limited = new Map<string, { readonly from: Millis; readonly until: Millis }>();
  const held: (() => void)[] = [];
  const listeners = new Set<(key: string, ref: MessageRef) => void>();
  let away = false;
  const counted = { calls: 0, rude: 0, faults: new Set<ChatFault>() };
  const refOf = (id: string, { conversation }: PlatformMessage): MessageRef => ({ surface, conversation, message: id });
  const gone = (): ChannelError => new ChannelError('gone', 'message_not_found');

  /** An event says what was posted, some time later, sometimes twice; while the platform is away it waits. */
  function tell(id: string, message: PlatformMessage): void {
    for (let times = 1 + random.below(2); times > 0; times--) {
      void clock.sleep(500 + random.below(30_000)).then(() => {
        const event = (): void => { if (!message.removed) for (const seen of listeners) seen(message.key, refOf(id, message)); };
        if (away) held.push(event); else event();
      });
    }
  }

  async function call<T>(method: 'post' | 'update' | 'remove', conversation: string, apply: () => T): Promise<T> {
    counted.calls += 1;
    const now = clock.now();
    if (away) throw new ChannelError('unreachable', `${surface}: no connection.`);
    const limit = limited.get(conversation);
    // At the very moment of the refusal others may be on their way.
    if (limit && now > limit.from + 1_000 && now < limit.until) counted.rude += 1;
    const what = fault(method);
    if (what) counted.faults.add(what);
    await clock.sleep(20 + random.below(200));
    switch (what) {
      case 'busy': {
        const retryAfterMs = 1_000 * (1 + random.below(30));
        limited.set(conversation, { from: clock.now(), until: clock.now() + retryAfterMs });
        throw new ChannelError('busy', `${surface}: too many messages.`, retryAfterMs);
      }
      case 'broken': throw new ChannelError('unreachable', `${surface}: HTTP 503.`);
      case 'lost-reply': apply(); break;
      case 'late': void clock.sleep(timeoutMs + random.below(45_000)).then(apply).catch(() => undefined); break;
      case null: return apply();
    }
    await clock.sleep(timeoutMs);
    // As the drivers say: the same edit twice is one edit.
    throw new ChannelError(method === 'post' ? 'outcome-unknown' : 'unreachable', `${surface}: no answer.`);
  }

  const existing = (ref: MessageRef): PlatformMessage => {
    const message = messages.get(ref.message);
    if (!message || message.removed) throw gone();
    return message;
  };
  const channel: Channel = {
    surface,
    post: (target: Target, card, { key, thread }) => call('post', conversationOf(target), () => {
      const id = `${surface}-${messages.size + 1}`;
      const message: PlatformMessage = { key, conversation: conversationOf(target), thread: thread?.message ?? null, card, removed: false };
      messages.set(id, message);
      tell(id, message);
      return refOf(id, message);
    }),
    update: (ref, card) => call('update', ref.conversation, () => { existing(ref).card = card; }),
    remove: (ref) => call('remove', ref.conversation, () => { existing(ref).removed = true; }),
    onSeen(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
  };
  return {
    channel, counted,
    /** Nobody reaches it, and it reaches nobody. */
    leave: (): void => { away = true; },
    comeBack: (): void => {
      away = false;
      for (const event of held.splice(0)) event();
    },
    visible: (): PlatformMessage[] => [...messages.values()].filter(({ removed }) => !removed),
  };
}
