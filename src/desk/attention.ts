import { refusal, type Answer, type Caller } from '../core/answer.js';
import { clockTime as exactTime } from '../core/clock-time.js';
import type { Incident, Severity } from '../core/dr-event.js';
import { sees } from '../core/estate.js';
import { incidentStream } from '../core/event.js';
import { endsByObservation } from '../core/incident-rules/closing.js';
import { isLookedAfter } from '../core/incident-rules/told.js';
import type { Millis } from '../core/names.js';
import { momentIn } from '../core/moment.js';
import { redactText } from '../core/redact.js';
import type { ParsedCommand } from './grammar.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';
import { lengthOf } from './standing-conditions.js';

/** Whoever said so may have fallen asleep: after so long it is told again. */
const defaultMs: Record<Severity, Millis> = { critical: 4 * 3_600_000, warning: 24 * 3_600_000, info: 24 * 3_600_000 };
const longestMs: Millis = 7 * 86_400_000;
const reasonMax = 500;

/** Titles come with a full stop, or without. */
const titled = ({ title }: Pick<Incident, 'title'>): string => title.replace(/[.]$/, '');

/** `acknowledge I-3 for=1h`: somebody looks after an incident, for a time. `unacknowledge I-3` gives it back. `close incident I-3 reason="..."` ends one that nothing else ever would. */
export function createAttention(parts: DeskParts) {
  const find = (caller: Caller, id: string): Incident | null => {
    const incident = parts.live.current.incidents.get(id);
    return incident && sees(caller.person, incident.tenant) ? incident : null;
  };
  const missing = (id: string): Answer => refusal(2, 'no-such-incident', `There is no incident ${id} that you can see.`, 'Look at the incidents.', 'query incident');
  const over = ({ id, title, resolvedAt }: Incident, zone: string): Answer => ({ kind: 'said', status: 0, text: `${id} is over since ${exactTime(resolvedAt!, zone, 'minute', true)}: ${titled({ title })}. Nobody has to look after it.`, next: [`query incident ${id}`], json: { incident: id, resolved: true } });

  async function acknowledge(caller: Caller, id: string, attributes: ReadonlyMap<string, string> = new Map()): Promise<Answer> {
    const incident = find(caller, id);
    if (!incident) return missing(id);
    const zone = caller.person.timeZone ?? parts.live.current.estate!.timeZone;
    if (incident.resolvedAt !== null) return over(incident, zone);
    const stranger = [...attributes.keys()].find((key) => key !== 'for' && key !== 'until');
    if (stranger !== undefined) return refusal(4, 'unknown-attribute', `acknowledge has no attribute '${stranger}'.`, 'It takes for or until.', `acknowledge ${id} for=1h`);
    if (attributes.has('for') && attributes.has('until')) return refusal(4, 'until', 'for= and until= say the same twice.', 'Write one of them.', `acknowledge ${id} for=1h`);
    const now = parts.clock.now();
    const length = attributes.has('for') ? lengthOf(attributes.get('for')) : defaultMs[incident.severity];
    const until = attributes.has('until') ? momentIn(attributes.get('until')!, zone) : length === null ? null : now + length;
    if (until === null || until <= now || until - now > longestMs) return refusal(4, 'until', 'For how long? It is a time ahead, of at most seven days.', `Write for=1h, or until=<date>T<hh:mm> in your zone (${zone}).`, `acknowledge ${id} for=1h`);
    const before = isLookedAfter(incident, now) && incident.acknowledged!.by !== caller.person.name ? ` So far ${incident.acknowledged!.by} did.` : '';
    await record(parts, [entry(incidentStream, incident.tenant, actorOf(caller), { type: 'incident.acknowledged', incident: id, by: caller.person.name, until })]);
    const folded = parts.live.current.incidentIndex.folded.get(id);
    return { kind: 'said', status: 0, text: `You look after ${id} until ${exactTime(until, zone, 'minute', true)}: ${titled(incident)}.${folded && folded.open > 0 ? ` That covers the ${folded.open} open ones that are counted under it.` : ''}${before} If it is open then, it is told again.`, next: [`query incident ${id}`, `unacknowledge ${id}`], json: { incident: id, acknowledgedBy: caller.person.name, until: new Date(until).toISOString() } };
  }

  async function unacknowledge(caller: Caller, id: string): Promise<Answer> {
    const incident = find(caller, id);
    if (!incident) return missing(id);
    if (incident.acknowledged === undefined) return refusal(2, 'not-acknowledged', `Nobody looks after ${id}.`, 'If you do:', `acknowledge ${id}`);
    await record(parts, [entry(incidentStream, incident.tenant, actorOf(caller), { type: 'incident.unacknowledged', incident: id, by: caller.person.name })]);
    return { kind: 'said', status: 0, text: `Nobody looks after ${id} any more: ${titled(incident)}.`, next: [`query incident ${id}`, `acknowledge ${id}`], json: { incident: id, acknowledgedBy: null } };
  }

  /** What Lifeboat watches itself is over when it sees that; a source that never says so leaves its incident to people. */
  async function close(caller: Caller, command: ParsedCommand): Promise<Answer> {
    const id = (command.name ?? '').toUpperCase();
    const open = [...parts.live.current.incidents.values()].filter((each) => each.resolvedAt === null && sees(caller.person, each.tenant)).map((each) => each.id);
    if (!caller.person.roles.includes('operator')) return refusal(1, 'not-an-operator', 'You may not close an incident: it needs the role operator.', 'You may say that you look after it.', open.length === 0 ? 'query incident' : `acknowledge ${open.at(-1)}`);
    if (command.name === null) return refusal(3, 'incident-missing', 'Which incident?', open.length === 0 ? 'None is open.' : `Open: ${open.slice(-5).toReversed().join(', ')}.`, 'query incident');
    const incident = find(caller, id);
    if (!incident) return missing(id);
    const example = `close incident ${id} reason="what proves that it is over"`;
    const stranger = [...command.attributes.keys()].find((key) => key !== 'reason');
    if (stranger !== undefined) return refusal(4, 'unknown-attribute', `close incident has no attribute '${stranger}'.`, 'It takes a reason.', example);
    if (incident.resolvedAt !== null) return over(incident, caller.person.timeZone ?? parts.live.current.estate!.timeZone);
    if (endsByObservation(incident, parts.live.current.estate!.simulated)) return refusal(1, 'observed', `${id} (${titled(incident)}) is about something that Lifeboat watches itself: it is over when Lifeboat sees that it is, not before.`, 'Until then it need not disturb anybody: say that you look after it.', `acknowledge ${id} for=4h`);
    const run = incident.proposedRun === null ? undefined : parts.live.current.runs.get(incident.proposedRun);
    if (run && run.status === 'proposed') return refusal(1, 'run-open', `${run.plan.run} was proposed for ${id} and waits for a decision.`, 'Decide that first; then close the incident.', `reject ${run.plan.run} reason="${id} is over"`);
    const reason = redactText(command.attributes.get('reason') ?? '').trim();
    if (reason === '') return refusal(3, 'reason-missing', 'What proves that it is over? Nothing that Lifeboat sees does, so your word stands in its place.', 'Add reason="...".', example);
    if (reason.length > reasonMax) return refusal(4, 'reason', `The reason has ${reason.length} characters, and ${reasonMax} fit.`, 'Shorten it.', example);
    const closed = await parts.closeIncident(id, caller.person.name, reason, actorOf(caller));
    if (!closed) return over(parts.live.current.incidents.get(id)!, caller.person.timeZone ?? parts.live.current.estate!.timeZone);
    const sources = [...new Set(incident.events.map(({ source }) => source))].join(', ');
    return { kind: 'said', status: 0, text: `${id} is closed, on your word: ${titled(incident)}. If ${sources} tells of it anew, a new incident opens.`, next: [`query incident ${id}`], json: { incident: id, closedBy: caller.person.name } };
  }

  return { acknowledge, unacknowledge, close };
}
