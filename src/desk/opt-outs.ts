import { refusal, type Answer, type Caller } from '../core/answer.js';
import { clockTime as exactTime } from '../core/clock-time.js';
import { incidentStream, peopleStream } from '../core/event.js';
import { listed } from '../core/listed.js';
import { optOutsOf } from '../core/opt-out.js';
import { redactText } from '../core/redact.js';
import { JournalError } from '../ports/journal.js';
import { row, zone, type Entry, type Table } from './asked.js';
import { misread } from './corrected.js';
import type { CommandClass, ParsedCommand } from './grammar.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';

/** Others write incidents at the same moment. */
const triesMax = 20;
/** The carrier's own list is nobody's to change but the phone's owner's. */
const carriers = 'The carrier may keep a list of its own (Twilio refuses with error 21610 until that phone sends START to the number that messages come from): then the next message fails, and CONTACT_UNREACHABLE opens again.';

/** `delete opt_out NAME reason="..."`: the phone is used again though its START never came, or came to nobody. */
export function createOptOutClearing(parts: DeskParts) {
  return async function clear(caller: Caller, command: ParsedCommand): Promise<Answer> {
    const { person } = caller;
    const { name, attributes } = command;
    if (person.tenants !== 'all' || !person.roles.includes('operator')) return refusal(1, 'not-an-operator', 'You may not clear an opt-out: it needs an operator of the provider. Nothing was changed.', 'Ask one of them; or let that phone send START to the number that messages come from.', 'query person');
    const stranger = [...attributes.keys()].find((key) => key !== 'reason');
    if (stranger !== undefined) return misread(command, 4, 'unknown-attribute', `delete opt_out has no attribute '${stranger}'.`, stranger, ['reason'], 'It takes reason.', `delete opt_out ${name ?? 'NAME'} reason="..."`);
    for (let tries = 1; ; tries++) {
      const state = parts.live.current;
      const seen = state.seq;
      const all = optOutsOf(state);
      const names = [...new Set(all.map((each) => each.name))];
      const found = all.filter((each) => each.name === name);
      if (name === null) return refusal(3, 'name-missing', 'Whose opt-out?', names.length === 0 ? 'Nobody has sent STOP.' : `Name one of: ${listed(names)}.`, names.length === 0 ? null : `delete opt_out ${names[0]} reason="..."`);
      if (found.length === 0) return misread(command, 2, 'no-opt-out', `No opt-out of '${name}' stands: nothing keeps text messages from there.`, name, names, `Those that stand: ${listed(names, 'none')}.`, 'query opt_out');
      const reason = attributes.get('reason')?.trim();
      if (!reason) return refusal(3, 'reason-missing', `Why are messages to go to ${name} again?`, 'STOP is a person\'s will: write what makes you certain that it is over.', `delete opt_out ${name} reason="..."`);
      const why = redactText(reason);
      const now = parts.clock.now();
      const events = [
        ...found.map(({ surface, incident }) => entry(incidentStream, incident.tenant, actorOf(caller), { type: 'incident.resolved', incident: incident.id, evidence: [{ saw: `${person.name} cleared the opt-out by ${surface}, without START: ${why}`, by: person.name, at: now }] })),
        entry(peopleStream, null, actorOf(caller), { type: 'note', about: 'opt-out', text: `${person.name} cleared the opt-out of ${name}: ${why}`, data: { person: name, incidents: found.map(({ incident }) => incident.id) } }),
      ];
      try {
        await record(parts, events, { [incidentStream]: state.heads.get(incidentStream) ?? 0 });
      } catch (error) {
        if (!(error instanceof JournalError) || error.code !== 'conflict' || tries === triesMax) throw error;
        await parts.live.reach(seen + 1);
        continue;
      }
      return { kind: 'said', status: 0, text: `Text messages go to ${name} again (${found.map(({ incident }) => incident.id).join(', ')} ended). ${carriers}`, next: ['query delivery status=failed', `query person ${name}`], json: { person: name, incidents: found.map(({ incident }) => incident.id) } };
    }
  };
}

export const optOutTables = {
  /** Who takes no text messages, to the provider's people. */
  opt_out: (asked) => (asked.person.tenants !== 'all' ? [] : optOutsOf(asked.state).map(({ name, surface, incident }): Entry => ({
    name, block: [row('Opted out', name), row('Way', surface), row('Since', exactTime(incident.openedAt, zone(asked), 'second', true)), row('Incident', incident.id), row('Because', incident.title), row('Ends with', ['START from that phone to the number that messages come from', `delete opt_out ${name} reason="..."`])],
  }))),
} satisfies Partial<Record<CommandClass, Table>>;
