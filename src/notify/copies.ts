import type { Millis } from '../core/names.js';
import type { Channel } from '../ports/channel.js';
import type { Outbox } from '../ports/outbox.js';
import { asChannelError, retryDelayMs } from './hand-over.js';

export interface CopyParts { readonly outbox: Outbox; readonly redact: (text: string) => string; readonly log: (message: string, detail: object) => void }

const leaseMs: Millis = 30_000;
const batch = 20;

/** Second copies follow a lost answer; each goes as soon as the platform has shown it (docs/decisions/duplicates.md). */
export async function removeCopies(channel: Channel, { outbox, redact, log }: CopyParts): Promise<void> {
  if (!channel.remove) return;
  for (const { key, ref, conversation, attempts } of await outbox.copies(channel.surface, batch, leaseMs)) {
    try {
      await channel.remove(ref);
      await outbox.copyDone(ref);
    } catch (error) {
      const failure = asChannelError(error);
      const retryInMs = failure.code === 'gone' ? null : retryDelayMs(failure, attempts + 1);
      if (failure.code === 'busy' && retryInMs !== null) await outbox.pause(ref.surface, conversation, retryInMs);
      await outbox.copyDone(ref, retryInMs ?? undefined);
      if (failure.code !== 'gone' && retryInMs === null) log('a second copy of a message could not be removed', { key, surface: ref.surface, conversation, why: redact(failure.message) });
    }
  }
}

/** Listens to what the platforms show, where second copies can be removed. Returns how to stop. */
export function watchCopies(channels: Iterable<Channel>, { outbox, log }: Pick<CopyParts, 'outbox' | 'log'>, found: () => void): () => void {
  const stops = [...channels].flatMap((channel) => (channel.remove && channel.onSeen ? [channel.onSeen((key, ref) => {
    void outbox.seen(key, ref).then(found, (error: unknown) => { log('what a platform shows could not be noted', { key, surface: ref.surface, error: error instanceof Error ? error.message : String(error) }); });
  })] : []));
  return () => { for (const stop of stops) stop(); };
}
