import type { SilenceState } from '../../core/incident-rules/silence.js';
import { silenceLine } from '../../core/incident-rules/words.js';
import { openIncidents, type State } from '../../core/state.js';
import type { ViewContext, ViewOf } from './view.js';
import { personWords } from './words.js';

/** What everybody in the channel hears nothing of, until when, and on whose word; with what it keeps back just now. */
export function silenceView({ id, tenant, matcher, from, until, reason, by, window, kept, endedAt, endedBy, endingToldAt }: SilenceState, state: State, { now }: Pick<ViewContext, 'now'>): ViewOf<'silence'> {
  const over = endedAt !== null;
  const open = over ? 0 : openIncidents(state).filter(({ silencedBy }) => silencedBy === id).length;
  const again = silenceLine({ tenant, matcher, reason }, '2h');
  return {
    name: 'silence', names: ['silence'], tone: 'info',
    data: {
      id, tenant, event: matcher.event, entityClass: matcher.class, entity: matcher.entity, severity: matcher.severity, from, until, reason, by: window === undefined ? personWords(state.estate, by) : null, kept, open,
      over, endedAt, endedBy: endedBy === null ? null : personWords(state.estate, endedBy), ending: !over && endingToldAt !== null,
      next: over ? [] : [...(endingToldAt === null ? [] : [{ does: 'keep it back longer', command: again }]), { does: 'tell it again now', command: `delete silence ${id}` }],
      asOf: now,
    },
  };
}
