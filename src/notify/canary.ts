import { eventKey, type DrEvent, type Evidence } from '../core/dr-event.js';
import type { Millis, Surface } from '../core/names.js';
import { ChannelError, type Card, type Channel, type Target } from '../ports/channel.js';
import type { Clock } from '../ports/clock.js';
import type { OnceStore } from '../ports/once.js';

export interface CanaryParts {
  readonly channels: ReadonlyMap<Surface, Channel>;
  /** One place per way. */
  readonly places: readonly { readonly surface: Surface; readonly identity: string }[];
  readonly everyMs: Millis;
  readonly once: Pick<OnceStore, 'first'>;
  readonly clock: Clock;
  readonly raised: (event: DrEvent) => Promise<unknown>;
  readonly cleared: (key: string, evidence: readonly Evidence[]) => Promise<unknown>;
  readonly redact: (text: string) => string;
  readonly log: (message: string, detail: object) => void;
}

const eventName = 'CANARY_FAILED';
const lookEveryMs: Millis = 30_000;
/** One failure may be a passing one: the second in a row is told, after a shorter time. */
const againAfterMs: Millis = 300_000;
const dayMs: Millis = 86_400_000;
/** These can change and take back what they posted. */
const edited: readonly Surface[] = ['slack', 'teams'];

/** Every way is used as a message would use it, from time to time: posted, edited and removed where it can be. A way that does not work is told by the others, before somebody needs it. */
export function startCanary(parts: CanaryParts): () => void {
  const { channels, clock } = parts;
  const due = new Map(parts.places.map(({ surface, identity }) => [`${surface}:${identity}`, { at: clock.now() + lookEveryMs, failures: 0 }]));

  async function sing({ surface, identity }: CanaryParts['places'][number]): Promise<void> {
    const channel = channels.get(surface);
    const name = `${surface}:${identity}`;
    const mine = due.get(name)!;
    const now = clock.now();
    if (!channel || now < mine.at) return;
    mine.at = now + parts.everyMs;
    // Of several nodes one does it.
    if (mine.failures === 0 && !(await parts.once.first(`canary:${name}:${Math.floor(now / parts.everyMs)}`, dayMs))) return;
    const key = eventKey(eventName, surface);
    let doing = 'posted';
    try {
      const target: Target = edited.includes(surface) ? { kind: 'channel', channel: identity } : { kind: 'person', person: 'canary', identity };
      const ref = await channel.post(target, cardOf('Lifeboat tests this way: nothing has happened.'), { key: `canary:${name}:${now}` });
      if (edited.includes(surface)) {
        doing = 'edited';
        await channel.update(ref, cardOf('Lifeboat tests this way: nothing has happened. It works.'));
        doing = 'removed';
        await channel.remove?.(ref);
      }
      mine.failures = 0;
      await parts.cleared(key, [{ saw: `a test message could be sent${edited.includes(surface) ? ', edited and removed' : ''}`, by: `canary of ${surface}`, at: now }]);
    } catch (error) {
      mine.failures += 1;
      mine.at = now + Math.min(againAfterMs, parts.everyMs);
      const why = parts.redact(error instanceof Error ? error.message : String(error));
      if (mine.failures < 2 && !(error instanceof ChannelError && error.code === 'refused')) return;
      await parts.raised({
        name: eventName, severity: 'critical', entityClass: 'system', entity: surface, uuid: null, tenant: null, site: null, occurredAt: now, source: 'engine', key,
        description: `Messages by ${surface} do not get through: a test message could not be ${doing}: ${why} Whoever waits for one by ${surface} hears nothing. To do: lifeboat doctor`, evidence: [{ saw: `not ${doing}: ${why}`, by: `canary of ${surface}`, at: now }],
      });
    }
  }

  return clock.every(lookEveryMs, async () => {
    for (const place of parts.places) await sing(place).catch((error: unknown) => { parts.log('a canary could not be written down', { surface: place.surface, error: parts.redact(error instanceof Error ? error.message : String(error)) }); });
  });
}

const cardOf = (text: string): Card => ({ heading: 'Lifeboat: test message', body: text, text: `Lifeboat: test message\n${text}`, actions: [], tone: 'info' });
