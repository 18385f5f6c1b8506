import type { Millis } from '../../../core/names.js';
import { ChannelError, type Card } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import type { TeamsChannel } from './channel.js';
import type { Place } from './connector.js';

/** Whoever asked has asked again by then, or reads the console. */
const withinMs: Millis = 30_000;
const retryMs: Millis = 2_000;
/** Surely not sent, and may be soon. */
const passes: ReadonlySet<string> = new Set(['busy', 'unreachable']);

/** Answers into a conversation, one after the other: where it has had enough for a moment they wait, in their order, and none is lost. @throws ChannelError when half a minute was not enough, or it can never be sent */
export function createAnswers(channel: Pick<TeamsChannel, 'answer'>, clock: Clock): (place: Place, card: Card) => Promise<void> {
  const lines = new Map<string, Promise<void>>();

  async function send(place: Place, card: Card, until: Millis): Promise<void> {
    for (;;) {
      try {
        await channel.answer(place, card);
        return;
      } catch (error) {
        const waitMs = error instanceof ChannelError && passes.has(error.code) ? error.retryAfterMs ?? retryMs : null;
        if (waitMs === null || clock.now() + waitMs > until) throw error;
        await clock.sleep(Math.max(waitMs, 1));
      }
    }
  }

  return (place, card) => {
    const until = clock.now() + withinMs;
    const before = lines.get(place.conversation) ?? Promise.resolve();
    const sent = before.then(() => send(place, card, until));
    const line = sent.catch(() => undefined).then(() => { if (lines.get(place.conversation) === line) lines.delete(place.conversation); });
    lines.set(place.conversation, line);
    return sent;
  };
}
