import { refusal, type Answer, type Caller } from '../core/answer.js';
import { sees } from '../core/estate.js';
import { automationStream } from '../core/event.js';
import { listed } from '../core/listed.js';
import { redactText } from '../core/redact.js';
import { isTerminal } from '../core/run-state.js';
import { stoppedWithAutomation } from '../core/state.js';
import type { ParsedCommand } from './grammar.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';

/** What was under way, and waits now with what it holds: of what the caller sees. */
function still({ live: { current } }: DeskParts, { person }: Caller): string {
  const runs = [...current.runs.values()].filter((run) => !isTerminal(run.status) && sees(person, run.plan.tenant) && stoppedWithAutomation(current, run)).map(({ plan }) => `${plan.run} (${plan.title})`);
  return runs.length === 0 ? '' : ` ${listed(runs)} ${runs.length === 1 ? 'stops at its' : 'stop at their'} next step, keeping ${runs.length === 1 ? 'its' : 'their'} locks, until automation goes on or somebody cancels.`;
}

/**
 * The brake over everything that Lifeboat does by itself (invariant 41): after it is durable no automatic operation begins, and those that run stop at their next step. People
 * act as before. Easy to stop: anyone linked. Hard to go: an operator of the provider.
 */
export function createAutomation(parts: DeskParts) {
  return async function automation(caller: Caller, command: ParsedCommand): Promise<Answer> {
    const { automation: now } = parts.live.current;
    const reason = command.attributes.get('reason') ?? null;
    if (command.action === 'stop') {
      if (now !== null) return { kind: 'said', status: 0, text: `Automation is stopped already, by ${now.by}.`, next: ['start automation'], json: null };
      await record(parts, [entry(automationStream, null, actorOf(caller), { type: 'automation.stopped', by: caller.person.name, reason: reason === null ? null : redactText(reason) })]);
      return { kind: 'said', status: 0, text: `Automation is stopped: Lifeboat restarts, cleans up and signs nothing by itself any more. It goes on watching and telling, and people act as before.${still(parts, caller)}`, next: ['start automation', 'query automation'], json: null };
    }
    if (now === null) return { kind: 'said', status: 0, text: 'Automation is not stopped.', next: ['query automation'], json: null };
    if (caller.person.tenants !== 'all' || !caller.person.roles.includes('operator')) return refusal(1, 'not-an-operator', 'Letting automation go on needs an operator of the provider.', `Ask ${parts.live.current.estate!.people.filter((each) => each.tenants === 'all' && each.roles.includes('operator')).map((each) => each.name).join(' or ')}.`, null);
    await record(parts, [entry(automationStream, null, actorOf(caller), { type: 'automation.started', by: caller.person.name })]);
    return { kind: 'said', status: 0, text: `Automation goes on. It had been stopped by ${now.by}${now.reason === null ? '' : `: ${now.reason}`}.`, next: ['query automation'], json: null };
  };
}
