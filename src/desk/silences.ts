import { refusal, type Answer, type Caller } from '../core/answer.js';
import { clockTime as exactTime } from '../core/clock-time.js';
import type { EntityClass, Severity } from '../core/dr-event.js';
import { sees } from '../core/estate.js';
import { incidentStream, type JournalEvent } from '../core/event.js';
import { nextSilenceId, silenceMaxMs, silencesMax, type Silence, type SilenceState } from '../core/incident-rules/silence.js';
import { matcherWords } from '../core/incident-rules/words.js';
import { momentIn } from '../core/moment.js';
import type { Millis, TenantName } from '../core/names.js';
import { redactText } from '../core/redact.js';
import { JournalError } from '../ports/journal.js';
import { row, zone, type Table } from './asked.js';
import { misread } from './corrected.js';
import type { ParsedCommand } from './grammar.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';
import { lengthOf } from './standing-conditions.js';

const taken: readonly string[] = ['tenant', 'event', 'entity', 'class', 'severity', 'from', 'until', 'for', 'reason'];
const entityClasses: readonly EntityClass[] = ['hmc', 'host', 'host_group', 'vm', 'vios', 'storage_agent', 'disk_group', 'app', 'system'];
/** Planned work is known weeks before, not years. */
const aheadMaxMs: Millis = 92 * 86_400_000;
const example = 'add silence event=VIOS_* entity=NAME for=2h reason="firmware update"';
/** A storm of events moves the stream on under a person's hands. */
const triesMax = 20;

type Read = { readonly ok: true; readonly silence: Omit<Silence, 'id'> } | { readonly ok: false; readonly answer: Answer };

/** `add silence ...` keeps incidents from being told for a time, `delete silence L-3` ends that early. Approvals of runs are never silenced. */
export function createSilences(parts: DeskParts) {
  const state = () => parts.live.current;
  const own = ({ person }: Caller): SilenceState[] => [...state().silences.values()].filter(({ tenant }) => sees(person, tenant));

  /** Expected at the head, so that two never get one id. */
  async function write(caller: Caller, tenant: TenantName | null, make: () => JournalEvent): Promise<JournalEvent> {
    for (let tries = 1; ; tries++) {
      const event = make();
      try {
        await record(parts, [entry(incidentStream, tenant, actorOf(caller), event)], { [incidentStream]: state().heads.get(incidentStream) ?? 0 });
        return event;
      } catch (error) {
        if (!(error instanceof JournalError) || error.code !== 'conflict' || tries === triesMax) throw error;
      }
    }
  }

  async function add(caller: Caller, command: ParsedCommand): Promise<Answer> {
    const read = readSilence(caller, command, parts.clock.now(), state().estate!.timeZone, (tenant) => state().estate!.tenants.some(({ name }) => name === tenant));
    if (!read.ok) return read.answer;
    if ([...state().silences.values()].filter(({ endedAt, tenant }) => endedAt === null && tenant === read.silence.tenant).length >= silencesMax) return refusal(1, 'too-many', `There are ${silencesMax} silences already: nobody knows any more what is told.`, 'End one of them first.', 'query silence');
    const written = await write(caller, read.silence.tenant, () => ({ type: 'silence.added', silence: { id: nextSilenceId(state().silences), ...read.silence } }));
    const { silence } = written as Extract<JournalEvent, { type: 'silence.added' }>;
    const timeZone = caller.person.timeZone ?? state().estate!.timeZone;
    const from = silence.from > parts.clock.now() ? `from ${exactTime(silence.from, timeZone, 'minute', true)} ` : '';
    return { kind: 'said', status: 0, text: `${silence.id}: ${matcherWords(silence)} is not told ${from}until ${exactTime(silence.until, timeZone, 'minute', true)}. It is watched and written down all the same; what is open at the end is told then. Site events and approvals are told in any case.`, next: [`query silence ${silence.id}`, `delete silence ${silence.id}`], json: { silence: silence.id, until: new Date(silence.until).toISOString() } };
  }

  async function end(caller: Caller, command: ParsedCommand): Promise<Answer> {
    if (!caller.person.roles.includes('operator')) return refusal(1, 'not-an-operator', 'You may not end a silence: it needs the role operator.', 'You may look at them.', 'query silence');
    const id = (command.name ?? '').toUpperCase();
    const open = own(caller).filter(({ endedAt }) => endedAt === null).map((each) => each.id);
    const silence = own(caller).find((each) => each.id === id);
    if (command.name === null) return refusal(3, 'silence-missing', 'Which silence?', 'Look at them.', 'query silence');
    if (!silence) return misread(command, 2, 'no-such-silence', `There is no silence ${id} that you can see.`, command.name, open, open.length === 0 ? 'None is in force.' : `In force or ahead: ${open.join(', ')}.`, 'query silence');
    if (silence.endedAt !== null) return { kind: 'said', status: 0, text: `${id} is over already.`, next: ['query silence'], json: { silence: id } };
    await write(caller, silence.tenant, () => ({ type: 'silence.ended', silence: id, by: caller.person.name }));
    return { kind: 'said', status: 0, text: `${id} is over: ${matcherWords(silence)} is told again. It kept back ${silence.kept}; what is still open of that is told in a moment.`, next: ['query incident'], json: { silence: id, kept: silence.kept } };
  }

  return (caller: Caller, command: ParsedCommand): Promise<Answer> => (command.action === 'add' ? add(caller, command) : end(caller, command));
}

/** Reads the line strictly; whose it is, and who may, is decided here, too. */
function readSilence({ person }: Caller, command: ParsedCommand, now: Millis, estateZone: string, isTenant: (name: string) => boolean): Read {
  const { attributes } = command;
  const no = (status: 1 | 2 | 3 | 4, code: string, what: string, next: string): Read => ({ ok: false, answer: refusal(status, code, what, next, example) });
  if (!person.roles.includes('operator')) return { ok: false, answer: refusal(1, 'not-an-operator', 'You may not silence anything: it needs the role operator.', 'You may say that you look after an incident.', 'query incident') };
  if (command.name !== null) return no(4, 'name', `A silence has no name of its own: '${command.name}' is too much.`, 'It gets an id, such as L-3.');
  const stranger = [...attributes.keys()].find((key) => !taken.includes(key));
  if (stranger !== undefined) return { ok: false, answer: misread(command, 4, 'unknown-attribute', `add silence has no attribute '${stranger}'.`, stranger, taken, `It takes ${taken.join(', ')}.`, 'help add silence') };
  const named = attributes.get('tenant');
  if (named !== undefined && (!isTenant(named) || !sees(person, named))) return no(2, 'no-such-tenant', `There is no tenant ${named} that you can see.`, 'Leave tenant out, or name one of yours.');
  const only = person.tenants === 'all' ? null : person.tenants.length === 1 ? person.tenants[0]! : undefined;
  const tenant = named ?? only;
  if (tenant === undefined) return no(3, 'tenant', 'For which of your tenants?', 'Add tenant=NAME.');
  const [kind, severity] = [attributes.get('class'), attributes.get('severity')];
  if (kind !== undefined && !entityClasses.includes(kind as EntityClass)) return no(4, 'class', kind === 'site' ? 'Site events are told in any case.' : `class=${kind} is not known.`, `Write one of ${entityClasses.join(', ')}.`);
  if (severity !== undefined && severity !== 'warning' && severity !== 'critical') return no(4, 'severity', `severity=${severity} is not known.`, 'Write severity=warning or severity=critical. Without it everything but critical is silenced.');
  // The provider is called for a customer's disaster: the customer alone cannot keep that from being told.
  if (severity === 'critical' && person.tenants !== 'all') return no(1, 'providers', 'Critical incidents are silenced by the provider\'s operators only.', 'Leave severity out: everything but critical is silenced.');
  const [event, entity] = [attributes.get('event') ?? null, attributes.get('entity') ?? null];
  if ([event, entity].some((each) => each !== null && (each === '' || each.length > 100))) return no(4, 'matcher', 'A name to match has 1 to 100 characters.', 'A star stands for any: event=VIOS_*.');
  if (kind === undefined && [event, entity].every((each) => each === null || /^\**$/.test(each))) return no(3, 'matcher', 'A silence of everything is no silence, but nobody on watch.', 'Say what it is about: event, entity or class.');
  const reason = attributes.get('reason') ?? '';
  if (reason.trim() === '') return no(3, 'reason', 'Why? Whoever misses a message reads it.', 'Add reason="...".');
  const timeZone = person.timeZone ?? estateZone;
  const from = attributes.has('from') ? momentIn(attributes.get('from')!, timeZone) : now;
  if (from === null || from < now - 60_000 || from - now > aheadMaxMs) return no(4, 'from', 'It begins now, or at a time ahead, within 92 days.', `Write from=<date>T<hh:mm> in your zone (${timeZone}), or leave it out.`);
  if (attributes.has('for') === attributes.has('until')) return no(attributes.has('for') ? 4 : 3, 'until', attributes.has('for') ? 'for= and until= say the same twice.' : 'Until when? A silence always ends by itself.', 'Write for=2h, or until=<date>T<hh:mm>.');
  const length = lengthOf(attributes.get('for'));
  const until = attributes.has('until') ? momentIn(attributes.get('until')!, timeZone) : length === null ? null : from + length;
  if (until === null || until <= Math.max(from, now) || until - from > silenceMaxMs) return no(4, 'until', 'That is no end: it comes after the beginning, at most seven days later.', `Write for=2h, or until=<date>T<hh:mm> in your zone (${timeZone}).`);
  return { ok: true, silence: { tenant, matcher: { event, entity, class: (kind as EntityClass | undefined) ?? null, severity: (severity as Severity | undefined) ?? null }, from, until, reason: redactText(reason), by: person.name } };
}

const shownMax = 50;

/** Those that count first, then the newest. */
export const silenceTable: Table = (asked) => [...asked.state.silences.values()].filter(({ tenant }) => sees(asked.person, tenant)).toSorted((a, b) => Number(a.endedAt !== null) - Number(b.endedAt !== null) || b.from - a.from).slice(0, shownMax).map((silence) => {
  const time = (at: Millis): string => exactTime(at, zone(asked), 'minute', true);
  return { name: silence.id, block: [
    row('Silence', silence.id), row('What', matcherWords(silence)), row('State', silence.endedAt !== null ? `over since ${time(silence.endedAt)}${silence.endedBy === null ? '' : `, ended by ${silence.endedBy}`}` : asked.now < silence.from ? 'ahead' : asked.now < silence.until ? 'in force' : 'over'),
    row('From', time(silence.from)), row('Until', time(silence.until)), row('Because', silence.reason), row('By', silence.by), row('Kept back', silence.kept === 0 ? '0' : `${silence.kept}, the last one ${time(silence.lastAt!)}`),
  ] };
});
