import { quorumOf } from '../../core/approval-quorum.js';
import { runOfEvent, type JournalEntry } from '../../core/event.js';
import type { RunId } from '../../core/names.js';
import { clockTime } from '../../core/clock-time.js';
import { stepOf } from '../../core/plan.js';
import { rosterOf } from '../../core/roster.js';
import type { RunState } from '../../core/run-state.js';
import { windowAt } from '../../core/start-window.js';
import type { State } from '../../core/state.js';
import type { Card } from '../../ports/channel.js';
import { badges } from './run.js';
import { asksOf } from './step-request.js';
import type { ViewOf } from './view.js';
import { actorWords, approveCommand, personWords, remainingWork } from './words.js';

/** The run that an entry belongs to, or null. */
export const runOf = ({ event }: JournalEntry): RunId | null => runOfEvent(event);

/**
 * `people`: decisions, holds, failures, the end: what somebody would want to be woken for. `everything`: each finished step, too.
 * Edits of a message notify nobody, so what people must notice is said in the thread as well (approval-ux.md rule 4).
 */
export type StoryDetail = 'people' | 'everything';

export function tellsStory({ event }: JournalEntry, run: RunState, detail: StoryDetail): boolean {
  const kind = 'step' in event && event.step !== null ? stepOf(run.plan, event.step)?.kind : undefined;
  switch (event.type) {
    case 'step.answered': case 'step.waived': case 'step.retried': return true;
    case 'step.started': return kind === 'approval' || kind === 'ask';
    case 'plan.revised': case 'approval.given': case 'glass.broken': case 'standing.declined': case 'plan.granted': case 'approval.reminded': case 'approval.escalated': case 'rejection.given': case 'plan.rejected': case 'plan.withdrawn': case 'plan.expired': case 'run.held': case 'resume.given': case 'run.resumed': case 'run.cancelling': case 'run.parked': case 'run.finished': return true;
    case 'run.started': return detail === 'everything';
    case 'step.finished': return kind === 'notify' || event.outcome === 'failed' || event.outcome === 'unknown' || (detail === 'everything' && event.outcome === 'done');
    default: return false;
  }
}

interface Told { readonly line: string; readonly detail?: readonly string[]; readonly tone?: Card['tone']; readonly next?: readonly { readonly does: string; readonly command: string }[] }

/** One line of a run's thread: what happened, who did it, and what it means. Null for entries that tell nothing. */
export function storyView(entry: JournalEntry, run: RunState, state: State, timeZone = state.estate?.timeZone ?? 'UTC'): ViewOf<'story'> | null {
  const told = tell(entry, run, state, timeZone);
  return told && { name: 'story', names: ['story'], tone: told.tone ?? 'info', data: { run: run.plan.run, line: told.line, detail: [...(told.detail ?? [])], next: [...(told.next ?? [])], at: entry.at } };
}

function tell({ event, at }: JournalEntry, run: RunState, state: State, timeZone: string): Told | null {
  const id = run.plan.run;
  const person = (name: string): string => personWords(state.estate, name);
  switch (event.type) {
    case 'plan.revised':
      return { tone: 'warning', line: `The plan changed${event.voided.length > 0 ? `, so the approval of ${event.voided.map(person).join(', ')} no longer counts` : ''}. Please look again.`,
        detail: event.changes.map((change) => `${change.what}: ${change.before || 'none'} → ${change.after || 'none'}`), next: [{ does: 'approve the new plan', command: approveCommand(run.plan) }] };
    case 'approval.given': {
      const { missing, needs, behind } = quorumOf(run, rosterOf(state, at));
      const standsFor = behind.find((each) => each.person === event.by)?.standsFor ?? null;
      const more = event.epoch === run.plan.epoch && run.status === 'proposed' && missing > 0 ? ` ${missing} more ${missing === 1 ? 'approval is' : 'approvals are'} needed${needs.length > 0 ? ` (${needs.join('; ')})` : ''}.` : '';
      return { line: `${person(event.by)}${standsFor === null ? '' : ` for ${person(standsFor)}`} approved${event.attested ? ` and attests that ${event.attested} is down` : ''}.${more}` };
    }
    case 'rejection.given': {
      const left = (run.plan.gate.deny ?? 1) - run.rejections.length;
      return { tone: 'warning', line: `${person(event.by)} says no${because(event.reason)}.${run.status === 'proposed' && left > 0 ? ` ${left} more ${left === 1 ? 'no ends' : 'noes end'} it.` : ''}` };
    }
    case 'glass.broken': return { tone: 'critical', line: `GLASS BROKEN: ${person(event.by)} lets ${run.plan.title} go without ${event.rules.join(', ')}${because(event.reason)}.`, detail: [`It holds until ${clockTime(event.expiresAt, timeZone, 'minute', false)}, for this run alone. Whoever doubts it stops it.`], next: [{ does: 'stop before the next step', command: `hold ${id}` }, { does: 'see why', command: `why ${id}` }] };
    case 'approval.reminded': return event.to.length === 0 ? null : { tone: 'warning', line: `Still waiting: ${event.to.map(person).join(', ')} ${event.to.length === 1 ? 'was' : 'were'} asked again, as ${event.which === 1 ? 'a third' : 'two thirds'} of the time ${event.which === 1 ? 'is' : 'are'} over.` };
    case 'approval.escalated': return { tone: 'warning', line: `${event.to.map(person).join(', ')} may approve from now on, too, as backup.`, next: [{ does: 'approve', command: approveCommand(run.plan) }] };
    case 'plan.withdrawn': return { line: `${person(event.by)} withdrew it${because(event.reason)}. Nothing ran.` };
    case 'plan.granted': if (event.under !== undefined) return { tone: 'critical', line: `LIFEBOAT GOES WITHOUT ASKING: ${run.plan.title}, under ${event.under}, signed by ${signedWords(event.under, event.by, state, timeZone)}.`, detail: ['Everything that was signed for was looked at again a moment ago, and is looked at once more before the first step. Whoever doubts it stops it.'], next: [{ does: 'stop before the next step', command: `hold ${id}` }, { does: 'see what was signed', command: `query standing ${event.under}` }] };
      return { line: `Approved by ${event.by.map(person).join(' and ')}. ${windowAt(run.plan, at) === 'ahead' ? 'It starts by itself in its window, if the plan is still the same then.' : 'It starts as soon as its locks are free.'}` };
    case 'standing.declined': return { tone: 'warning', line: `${event.standing} was not used, so people decide: ${event.why}`, next: [{ does: 'approve', command: approveCommand(run.plan) }, { does: 'see what was signed', command: `query standing ${event.standing}` }] };
    case 'plan.rejected': return { line: `${person(event.by)} rejected it${because(event.reason)}. Nothing ran.` };
    case 'plan.expired': return { tone: 'warning', line: `${event.why ? `No longer needed: ${event.why}` : 'Not approved in time.'} Nothing ran.` };
    case 'run.started': return { line: 'Started.' };
    case 'run.held': return { tone: 'warning', line: `${actorWords(state.estate, event.by)} put it on hold${because(event.reason)}. The step that runs now ends first; no further one starts.`, next: [{ does: 'go on', command: `resume ${id}` }] };
    case 'resume.given': return { line: `${person(event.by)} wants it to go on. It goes on when as many people as for the approval say so.`, next: [{ does: 'go on', command: `resume ${id}` }] };
    case 'run.resumed': return { line: `Goes on, with ${event.by.map(person).join(' and ')} behind it.` };
    case 'run.cancelling': return { tone: 'warning', line: `${person(event.by)} cancels it${because(event.reason)}. Commands in flight are given up, and the estate is asked what became of them.` };
    case 'run.parked': return { tone: 'critical', line: `Stopped: it needs people. ${event.why}`, detail: [event.next], next: [{ does: 'after looking, go on', command: `resume ${id}` }, { does: 'or give up', command: `cancel ${id}` }] };
    case 'run.finished':
      return { tone: event.outcome === 'succeeded' ? 'good' : event.outcome === 'cancelled' ? 'info' : event.outcome === 'failed' ? 'critical' : 'warning',
        line: `${sentence(badges[event.outcome])} ${event.tally}`, detail: event.exceptions, next: remainingWork(run, state) };
    case 'step.started': {
      const asked = asksOf(run, state).find((each) => each.step === event.step);
      return asked ? { tone: 'warning', line: `It waits for people: ${asked.text}`, detail: asked.from.length > 0 ? [`${asked.missing} more, from ${asked.from.join(', ')}. No answer is not a yes.`] : ['Nobody may answer this: look at the roles in the estate.'], next: [{ does: 'answer', command: asked.command }] } : null;
    }
    case 'step.answered': return { ...(event.answer === 'no' ? { tone: 'warning' as const } : {}), line: `${person(event.by)} said ${event.answer} to ${event.step}${because(event.reason)}.${Object.keys(event.form).length === 0 ? '' : ` ${Object.entries(event.form).map(([field, value]) => `${field}: ${value}`).join(', ')}.`}` };
    case 'step.retried': return { line: `${event.step} is tried again, as ${event.by.map(person).join(' and ')} decided.` };
    case 'step.waived': return { tone: 'warning', line: `It goes on without ${event.step}, as ${event.by.map(person).join(' and ')} decided: "${event.waiver}". The run ends with exceptions.` };
    case 'step.finished': {
      const step = stepOf(run.plan, event.step);
      if (step?.kind === 'notify' && event.outcome === 'done') return { line: String(step.args.text) };
      const says = step?.says ?? event.step;
      if (event.outcome === 'done') return { line: `Done: ${says}.${event.probed ? ' (found done when it was looked at again)' : ''}` };
      if (event.outcome === 'failed') return { tone: 'critical', line: `Failed: ${says}. ${event.why ?? ''}`.trim(), detail: event.remedy ? [event.remedy] : [] };
      return event.outcome === 'unknown' ? { tone: 'critical', line: `Nobody knows whether this happened: ${says}. ${event.why ?? ''}`.trim(), detail: event.remedy ? [event.remedy] : [] } : null;
    }
    default: return null;
  }
}

/** `Ben Okafor at 13:05 UTC and Chris Novak at ...`. */
function signedWords(id: string, by: readonly string[], state: State, timeZone: string): string {
  const signed = state.standing.get(id)?.signed ?? [];
  return by.map((name) => `${personWords(state.estate, name)} at ${clockTime(signed.find((each) => each.by === name)?.at ?? 0, timeZone, 'minute', true)}`).join(' and ');
}

const because = (reason: string | null): string => (reason ? `: "${reason}"` : '');
const sentence = (badge: string): string => `${badge.charAt(0)}${badge.slice(1).toLowerCase()}.`;
