import { refusal, type Answer, type Caller } from '../core/answer.js';
import { clockTime as exactTime } from '../core/clock-time.js';
import { personOf, sees, type Estate, type Person } from '../core/estate.js';
import { dutyStream } from '../core/event.js';
import { listed } from '../core/listed.js';
import { momentIn } from '../core/moment.js';
import type { Millis } from '../core/names.js';
import { shiftsAhead, type OnCallSchedule, type OnDuty, type Override } from '../core/on-call/duty.js';
import { dutyQuestion, nextCall } from '../core/on-call/now.js';
import { redactText } from '../core/redact.js';
import { slotName } from '../core/slot.js';
import { misread } from './corrected.js';
import type { ParsedCommand } from './grammar.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';
import { lengthOf } from './standing-conditions.js';

const dayMs: Millis = 86_400_000;
/** Longer than any shift; whoever covers for longer belongs into the rotation. */
const longestMs: Millis = 31 * dayMs;
const lookAheadMs: Millis = 120 * dayMs;

/** `add override`, `delete override`, `swap on_call`, `escalate I-3`: who is called instead of whose turn it is. */
export function createOnCall(parts: DeskParts) {
  const state = () => parts.live.current;
  const write = (caller: Caller, overrides: readonly Omit<Override, 'id' | 'by'>[]): Promise<Override[]> => {
    const made = overrides.map((each, index): Override => ({ ...each, id: `O-${state().duty.overridesMade + index + 1}`, by: caller.person.name }));
    return record(parts, made.map((override) => entry(dutyStream, tenantOfSchedule(scheduleNamed(override.schedule)!), actorOf(caller), { type: 'override.added', override })), { [dutyStream]: state().heads.get(dutyStream) ?? 0 }).then(() => made);
  };
  const scheduleNamed = (name: string): OnCallSchedule | undefined => state().estate?.onCall?.find((each) => each.name === name);
  const mine = (person: Person): OnCallSchedule[] => (state().estate?.onCall ?? []).filter((schedule) => seesSchedule(person, schedule));
  const zoneOf = (person: Person): string => person.timeZone ?? state().estate!.timeZone;

  function schedule(caller: Caller, name: string | undefined | null, example: string): OnCallSchedule | Answer {
    const known = mine(caller.person);
    if (known.length === 0) return refusal(2, 'no-schedule', 'The estate has no on-call schedule that you can see.', 'An operator of the provider adds one, or whoever keeps the estate file (docs/on-call.md).', 'add on_call NAME people=NAME,NAME from=YYYY-MM-DD');
    const found = name ? known.find((each) => each.name === name) : known.length === 1 ? known[0] : undefined;
    return found ?? refusal(name ? 2 : 3, 'no-such-schedule', name ? `There is no on-call schedule '${name}'.` : 'Which on-call schedule?', `Known: ${listed(known.map((each) => each.name))}.`, example);
  }

  /** Whoever takes the duty may say so himself; an operator may say it for others. */
  function takes(caller: Caller, name: string | undefined, of: OnCallSchedule, command: ParsedCommand): Person | Answer {
    const estate = state().estate!;
    const able = estate.people.filter((each) => coversSchedule(each, of)).map((each) => each.name);
    const example = `add override on_call=${of.name} person=${able[0] ?? 'NAME'} for=12h`;
    if (name === undefined) return refusal(3, 'person-missing', 'Who is called instead?', `Name one of: ${listed(able)}.`, example);
    const person = personOf(estate, name);
    if (!person || !able.includes(name)) return misread(command, 2, 'no-such-person', `${name} cannot be on call for ${of.name}: the estate has nobody of that name who sees its tenants.`, name, able, `Name one of: ${listed(able)}.`, example);
    if (name !== caller.person.name && !caller.person.roles.includes('operator')) return refusal(1, 'not-an-operator', `You may take a duty yourself; putting ${person.displayName} on call needs the role operator. Nothing was changed.`, `Ask ${person.displayName} to send it:`, `add override on_call=${of.name} person=${name} for=12h`);
    return person;
  }

  async function add(caller: Caller, command: ParsedCommand): Promise<Answer> {
    const { attributes } = command;
    const known = ['on_call', 'person', 'from', 'until', 'for', 'reason'];
    const unknown = [...attributes.keys()].find((key) => !known.includes(key));
    if (unknown !== undefined) return misread(command, 4, 'unknown-attribute', `add override has no attribute '${unknown}'.`, unknown, known, `It takes ${known.join(', ')}.`, 'help add override');
    const of = schedule(caller, attributes.get('on_call') ?? command.name, 'add override on_call=NAME person=NAME for=12h');
    if ('kind' in of) return of;
    const person = takes(caller, attributes.get('person'), of, command);
    if ('kind' in person) return person;
    const now = parts.clock.now();
    const zone = zoneOf(caller.person);
    const example = `add override on_call=${of.name} person=${person.name} from=${slotName(now, zone)} for=12h`;
    const from = attributes.has('from') ? momentIn(attributes.get('from')!, zone) : now;
    if (from === null) return refusal(4, 'from', `from=${attributes.get('from')} is not a moment.`, `Write date and time, in your zone (${zone}).`, example);
    const length = attributes.has('for') ? lengthOf(attributes.get('for')!) : null;
    if (attributes.has('for') === attributes.has('until') || (attributes.has('for') && length === null)) return refusal(attributes.has('for') || attributes.has('until') ? 4 : 3, 'until', 'Until when? An override always ends by itself.', 'Write either for= with a length, such as 12h, or until= with date and time.', example);
    const until = length === null ? momentIn(attributes.get('until')!, zone) : from + length;
    if (until === null) return refusal(4, 'until', `until=${attributes.get('until')} is not a moment.`, `Write date and time, in your zone (${zone}).`, example);
    if (until <= from || until <= now || until - from > longestMs) return refusal(4, 'until', until <= from ? 'It would end before it begins.' : until <= now ? 'That time is over.' : 'That is longer than 31 days.', 'Name a time ahead, at most 31 days long.', example);
    const reason = attributes.get('reason');
    const [made] = await write(caller, [{ schedule: of.name, person: person.name, from: Math.max(from, now - 60_000), until, reason: reason === undefined ? null : redactText(reason) }]);
    return { kind: 'said', status: 0, text: `${person.displayName} is on call for ${of.name} from ${exactTime(from, zone, 'minute', true)} until ${exactTime(until, zone, 'minute', true)} (${made!.id}). Then it is whose turn it is.`, next: [`query on_call ${of.name}`, `delete override ${made!.id}`], json: { override: made!.id, schedule: of.name, person: person.name, from: new Date(from).toISOString(), until: new Date(until).toISOString() } };
  }

  async function remove(caller: Caller, { name }: ParsedCommand): Promise<Answer> {
    const found = state().duty.overrides.find((each) => each.id === name?.toUpperCase());
    const of = found && scheduleNamed(found.schedule);
    if (!found || !of || !seesSchedule(caller.person, of)) return refusal(name === null ? 3 : 2, 'no-such-override', name === null ? 'Which override?' : `There is no override ${name} that you can see.`, 'Look at those that hold or lie ahead.', 'query override');
    if (![found.by, found.person].includes(caller.person.name) && !caller.person.roles.includes('operator')) return refusal(1, 'not-yours', `${found.id} is ${found.by}'s: taking it back needs the role operator. Nothing was changed.`, `Ask ${found.by}.`, 'query override');
    await record(parts, [entry(dutyStream, tenantOfSchedule(of), actorOf(caller), { type: 'override.removed', override: found.id, by: caller.person.name })]);
    return { kind: 'said', status: 0, text: `${found.id} is taken back: ${found.person} is no longer put on call for ${found.schedule}.`, next: [`query on_call ${found.schedule}`], json: { override: found.id, removed: true } };
  }

  /** My shift goes to somebody, and one of his comes to me: both or neither. */
  async function swap(caller: Caller, command: ParsedCommand): Promise<Answer> {
    const { attributes } = command;
    const known = ['with', 'mine', 'theirs', 'reason'];
    const unknown = [...attributes.keys()].find((key) => !known.includes(key));
    if (unknown !== undefined) return misread(command, 4, 'unknown-attribute', `swap has no attribute '${unknown}'.`, unknown, known, `It takes ${known.join(', ')}.`, 'help swap on_call');
    const of = schedule(caller, command.name, 'swap on_call NAME with=NAME');
    if ('kind' in of) return of;
    const other = attributes.get('with');
    const example = `swap on_call ${of.name} with=NAME`;
    if (other === undefined) return refusal(3, 'with-missing', 'With whom?', 'Name who takes your shift, and whose shift you take.', example);
    const now = parts.clock.now();
    const zone = zoneOf(caller.person);
    const ahead = shiftsAhead(dutyQuestion(state(), of), now, now + lookAheadMs, 500);
    const pick = (person: string, key: 'mine' | 'theirs'): OnDuty | Answer => {
      const text = attributes.get(key);
      const at = text === undefined ? null : momentIn(text, zone);
      if (text !== undefined && at === null) return refusal(4, key, `${key}=${text} is not a moment.`, `Write date and time within that shift, in your zone (${zone}).`, example);
      const found = ahead.find((each) => each.person === person && (at === null ? each.from > now : each.from <= at && at < each.until));
      return found ?? refusal(2, 'no-shift', `${person} has no shift of ${of.name} ${at === null ? 'that begins in the next 120 days' : `at ${exactTime(at, zone, 'minute', true)}`}.`, 'Look at who is on call when.', `query on_call ${of.name}`);
    };
    const [own, theirs] = [pick(caller.person.name, 'mine'), pick(other, 'theirs')];
    if ('kind' in own) return own;
    if ('kind' in theirs) return theirs;
    if (other === caller.person.name) return refusal(4, 'with-self', 'That is your own shift.', 'Name somebody else.', example);
    if (!caller.person.roles.includes('operator')) return refusal(1, 'not-an-operator', 'A swap puts somebody else on call, which needs the role operator. Nothing was changed.', `Let ${other} take yours, then take theirs:`, `add override on_call=${of.name} person=${caller.person.name} from=${slotName(theirs.from, zone)} until=${slotName(theirs.until, zone)}`);
    const reason = attributes.get('reason');
    const why = reason === undefined ? `swap of ${caller.person.name} and ${other}` : redactText(reason);
    const made = await write(caller, [{ schedule: of.name, person: other, from: own.from, until: own.until, reason: why }, { schedule: of.name, person: caller.person.name, from: theirs.from, until: theirs.until, reason: why }]);
    const words = (each: Override): string => `${each.person}: ${exactTime(each.from, zone, 'minute', true)} to ${exactTime(each.until, zone, 'minute', true)} (${each.id})`;
    return { kind: 'said', status: 0, text: `Swapped for ${of.name}. ${made.map(words).join('. ')}.`, next: [`query on_call ${of.name}`], json: { schedule: of.name, overrides: made.map(({ id }) => id) } };
  }

  async function escalate(caller: Caller, { name }: ParsedCommand): Promise<Answer> {
    const incident = name === null ? undefined : state().incidents.get(name.toUpperCase());
    if (!incident || !sees(caller.person, incident.tenant)) return refusal(name === null ? 3 : 2, 'no-such-incident', name === null ? 'Which incident?' : `There is no incident ${name} that you can see.`, 'Look at the incidents.', 'query incident');
    if (!caller.person.roles.some((role) => role === 'operator' || role === 'approver')) return refusal(1, 'not-allowed', 'Calling people needs the role operator or approver. Nobody was called.', 'Ask somebody who has it.', 'query person');
    const escalation = state().duty.escalations.get(incident.id);
    if (!escalation || incident.resolvedAt !== null) return refusal(2, 'no-chain', incident.resolvedAt !== null ? `${incident.id} is over.` : `${incident.id} has no chain of people to call.`, incident.resolvedAt !== null ? 'Look at what is open.' : 'An escalation says who is called for what (add escalation, docs/on-call.md).', incident.resolvedAt !== null ? 'query incident' : 'query escalation');
    // Who asks for it knows that somebody looks after it already.
    const { acknowledged: _by, ...unattended } = incident;
    const next = nextCall(escalation, unattended, state(), parts.clock.now());
    if (!next) return refusal(2, 'chain-over', `Everybody in the chain of ${incident.id} has been called.`, 'See whom, and call somebody yourself.', `query escalation ${incident.id}`);
    await record(parts, [entry(dutyStream, incident.tenant, actorOf(caller), { type: 'incident.paged', incident: incident.id, level: next.level, people: next.people, because: 'asked', by: caller.person.name })], { [dutyStream]: state().heads.get(dutyStream) ?? 0 });
    return { kind: 'said', status: 0, text: next.people.length === 0 ? `Nobody is on call for the next step of ${incident.id}; the one after it follows at once.` : `${listed(next.people)} ${next.people.length === 1 ? 'is' : 'are'} called for ${incident.id}: ${incident.title}.`, next: [`query escalation ${incident.id}`], json: { incident: incident.id, called: [...next.people] } };
  }

  return { add, remove, swap, escalate };
}

/** Whose schedule it is says who may see it: whoever sees one of its tenants. */
export const seesSchedule = (person: Person, { tenants }: Pick<OnCallSchedule, 'tenants'>): boolean => person.tenants === 'all' || (tenants !== 'all' && tenants.some((tenant) => sees(person, tenant)));
/** Who is on call sees all that he is called for. */
const coversSchedule = (person: Estate['people'][number], { tenants }: OnCallSchedule): boolean => (tenants === 'all' ? person.tenants === 'all' : tenants.every((tenant) => sees(person, tenant)));
const tenantOfSchedule = ({ tenants }: OnCallSchedule): string | null => (tenants !== 'all' && tenants.length === 1 ? tenants[0]! : null);
