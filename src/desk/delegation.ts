import { refusal, type Answer, type Caller } from '../core/answer.js';
import { clockTime as exactTime } from '../core/clock-time.js';
import { personOf, sees, type Estate } from '../core/estate.js';
import { peopleStream, type JournalEvent } from '../core/event.js';
import type { Millis } from '../core/names.js';
import { momentIn } from '../core/moment.js';
import { redactText } from '../core/redact.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';
import { misread } from './corrected.js';
import type { ParsedCommand } from './grammar.js';

/** Longer than any leave: whoever is away for longer should not be an approver. */
const longestMs: Millis = 92 * 86_400_000;

/** `delegate to=ben until=2026-12-01T08:00`: somebody who is away names who decides in his place. `delegate off` ends it. */
export function createDelegations(parts: DeskParts) {
  const write = (caller: Caller, event: JournalEvent): Promise<unknown> => record(parts, [entry(peopleStream, null, actorOf(caller), event)]);
  const mine = (caller: Caller) => parts.live.current.delegations.find(({ from, until }) => from === caller.person.name && parts.clock.now() < until);

  async function off(caller: Caller): Promise<Answer> {
    const now = mine(caller);
    if (!now) return refusal(2, 'no-delegation', 'Nobody decides in your place at the moment.', 'To name somebody while you are away:', 'delegate to=NAME until=2026-12-01T08:00');
    await write(caller, { type: 'delegation.ended', from: caller.person.name });
    return { kind: 'said', status: 0, text: `${now.to} no longer decides in your place. What ${now.to} approved for you counts no more; a run that needs it stops before its next irreversible step.`, next: ['query delegation'], json: { from: caller.person.name, to: null } };
  }

  async function give(caller: Caller, command: ParsedCommand, estate: Estate): Promise<Answer> {
    const { person } = caller;
    const unknown = [...command.attributes.keys()].find((key) => !['to', 'until', 'reason'].includes(key));
    if (unknown !== undefined) return misread(command, 4, 'unknown-attribute', `delegate has no attribute '${unknown}'.`, unknown, ['to', 'until', 'reason'], 'It takes to, until, reason.', 'help delegate');
    if (!person.roles.some((role) => role !== 'viewer')) return refusal(1, 'nothing-to-delegate', 'Your roles let you decide on nothing, so there is nothing to hand over.', 'Whoever keeps the estate file gives roles.', 'query person');
    const candidates = estate.people.filter((each) => each.name !== person.name && (person.tenants === 'all' ? each.tenants === 'all' : person.tenants.some((tenant) => sees(each, tenant)))).map(({ name }) => name);
    const to = command.attributes.get('to');
    const zone = person.timeZone ?? estate.timeZone;
    const example = `delegate to=${candidates[0] ?? 'NAME'} until=2026-12-01T08:00 reason="on leave"`;
    if (to === undefined) return refusal(3, 'to-missing', 'Who decides in your place?', `Name one of: ${candidates.join(', ') || 'nobody who sees your tenants'}.`, example);
    if (to === person.name) return refusal(4, 'own-delegate', 'You cannot stand in for yourself.', `Name one of: ${candidates.join(', ')}.`, example);
    const other = personOf(estate, to);
    if (!other || !candidates.includes(to)) return misread(command, 2, 'no-such-delegate', `${to} cannot stand in for you: the estate has nobody of that name who sees your tenants.`, to, candidates, `Name one of: ${candidates.join(', ') || 'nobody'}.`, example);
    const until = momentIn(command.attributes.get('until') ?? '', zone);
    const now = parts.clock.now();
    if (until === null) return refusal(command.attributes.has('until') ? 4 : 3, 'until', 'Until when? A delegation always ends by itself.', `Write date and time, in your zone (${zone}).`, example);
    if (until <= now || until - now > longestMs) return refusal(4, 'until', until <= now ? 'That time is over.' : 'That is more than 92 days from now.', 'Name a time ahead, at most 92 days.', example);
    const reason = command.attributes.get('reason');
    await write(caller, { type: 'delegation.given', from: person.name, to, until, reason: reason === undefined ? null : redactText(reason) });
    return { kind: 'said', status: 0, text: `${other.displayName} decides in your place until ${exactTime(until, zone, 'second', true)}, on what ${to} sees and where ${to} could not decide already. You may still decide yourself; together you count once. What either of you asks for, the other does not approve for you.`, next: ['query delegation', 'delegate off'], json: { from: person.name, to, until: new Date(until).toISOString() } };
  }

  return (caller: Caller, command: ParsedCommand): Promise<Answer> | Answer => {
    if (command.name === 'off') return off(caller);
    if (command.name !== null) return refusal(4, 'delegate', `delegate does not know '${command.name}'.`, 'It is written with to= and until=, or as delegate off.', 'help delegate');
    return give(caller, command, parts.live.current.estate!);
  };
}
