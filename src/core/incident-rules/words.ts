import { commandWord } from '../command-word.js';
import type { ToldBecause } from '../dr-event.js';
import type { Silence } from './silence.js';

/** Why an incident is told anew. */
export const toldWords: Record<ToldBecause, string> = {
  worse: 'it became worse', repeated: 'it goes on, and nobody looks after it', 'cause-over': 'what explained it is over, and it is not', 'silence-over': 'its silence is over, and it is not', 'flapping-over': 'it no longer comes and goes: it stays', calm: 'it no longer comes and goes: it has stayed away for half an hour',
  unattended: 'nobody looks after it any more', 'still-open': 'it is over, but not all that is counted here',
};

/** `HOST_* of host pbrazos, warnings, cluster01`. */
export function matcherWords({ tenant, matcher }: Pick<Silence, 'tenant' | 'matcher'>): string {
  const what = [matcher.event ?? 'every event', ...(matcher.class === null && matcher.entity === null ? [] : [`of ${[matcher.class ?? '', matcher.entity ?? ''].filter((each) => each !== '').join(' ')}`])].join(' ');
  return `${what}, ${matcher.severity ?? 'all but critical'}, ${tenant ?? 'all tenants'}`;
}

/** The line that adds such a silence, for so long: `add silence event=VIOS_* tenant=cluster01 for=2h reason="firmware"`. */
export function silenceLine({ tenant, matcher: { event, entity, class: kind, severity }, reason }: Pick<Silence, 'tenant' | 'matcher' | 'reason'>, length: string): string {
  const words = Object.entries({ event, entity, class: kind, tenant, severity }).flatMap(([name, value]) => (value === null ? [] : [`${name}=${commandWord(value)}`]));
  return ['add silence', ...words, `for=${length}`, `reason="${reason.replaceAll('"', '\'')}"`].join(' ');
}
