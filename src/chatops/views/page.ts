import { personOf } from '../../core/estate.js';
import type { Incident } from '../../core/dr-event.js';
import { isLookedAfter } from '../../core/incident-rules/told.js';
import { stepsOf } from '../../core/on-call/escalation.js';
import { nextCall } from '../../core/on-call/now.js';
import type { State } from '../../core/state.js';
import { notificationView } from './incident.js';
import type { ViewContext, ViewOf } from './view.js';
import { personWords } from './words.js';

/** A call to one person: what failed, who else was called, and whom it goes to next if nobody looks after it. Null: there was no such call. */
export function pageView(incident: Incident, level: number, reader: string, state: State, context: ViewContext, smsCode: string | null = null): ViewOf<'page'> | null {
  const escalation = state.duty.escalations.get(incident.id) ?? state.duty.endedEscalations.get(incident.id);
  const paged = escalation?.paged[level];
  if (!escalation || !paged) return null;
  const { tone, data } = notificationView(incident, state, context);
  const next = nextCall(escalation, incident, state, context.now);
  const held = isLookedAfter(incident, context.now);
  const open = incident.resolvedAt === null && !held;
  return {
    name: 'page', names: [`page-${incident.severity}`, 'page'], tone,
    data: {
      ...data, reader: (state.estate && personOf(state.estate, reader)?.displayName) || reader, level: level + 1, levels: stepsOf(escalation), others: paged.people.filter((name) => name !== reader).map((name) => personWords(state.estate, name)),
      nextAt: open && next ? next.at : null, nextTo: open && next ? next.people.map((name) => personWords(state.estate, name)) : [], smsCode: open ? smsCode : null, acknowledgedBy: held ? personWords(state.estate, incident.acknowledged!.by) : null, open,
      next: open ? [{ does: 'say that you look after it', command: `acknowledge ${incident.id}` }, ...data.next.filter(({ command }) => !command.startsWith('acknowledge '))] : data.next.filter(({ command }) => !command.startsWith('acknowledge ')),
    },
  };
}
