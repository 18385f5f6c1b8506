import { refusal, type Answer, type Caller } from '../core/answer.js';
import { clockTime } from '../core/clock-time.js';
import { operatorsFor } from '../core/estate.js';
import type { RunId } from '../core/names.js';
import type { Operation, Verb } from '../core/plan.js';
import { redactText } from '../core/redact.js';
import type { StartWindow } from '../core/start-window.js';
import { byName } from './by-name.js';
import type { ParsedCommand } from './grammar.js';
import { matchingNumber } from './matching-number.js';
import { readOperation } from './operation.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';
import { makePlan } from './planning.js';
import { propose } from './propose.js';
import { listed } from '../core/listed.js';
import { readWindow } from './start-window.js';

/** Asking for something to be done, by its verb or by the name of a runbook: a plan, and a run that waits or starts. */
export function createAsking(parts: DeskParts) {
  const state = () => parts.live.current;
  const estate = () => state().estate!;

  /** `run runbook NAME ...` */
  async function runbook(caller: Caller, command: ParsedCommand, line: string): Promise<Answer> {
    const named = byName(command, parts.runbooks);
    return named.ok ? operate(caller, named.command, named.runbook.verb, line, named.runbook.name) : named.answer;
  }

  /** `line`: as it was typed. `runbook`: where one was named. */
  async function operate(caller: Caller, command: ParsedCommand, verb: Verb, line: string, runbookName?: string): Promise<Answer> {
    const { person } = caller;
    if (!person.roles.includes('operator') && !(person.roles.includes('requester') && verb === 'move')) return refuse(caller, command, refusal(1, 'not-an-operator', `You may not ask for '${verb}': it needs the role operator.`, `Ask ${operatorsFor(estate(), person).join(' or ')}. You may look and hold.`, 'query vm'));
    const read = readOperation(command, verb, estate(), state(), person);
    if (!read.ok) return read.answer;
    if (!person.roles.includes('operator') && read.operation.drType !== 'planned') return refuse(caller, command, refusal(1, 'planned-only', 'As a requester you may ask for planned moves; an unplanned one is started by an operator.', `Call ${listed(operatorsFor(estate(), person))}. For a planned move leave dr_type out.`, null));
    const when = readWindow(command.attributes, person.timeZone ?? estate().timeZone, parts.clock.now());
    if (!when.ok) return when.answer;
    const dryRun = command.attributes.get('dry_run');
    if (dryRun !== undefined && dryRun !== 'yes') return refusal(4, 'dry-run', `dry_run=${dryRun} is not known.`, 'Write dry_run=yes, or leave it out.');
    if (dryRun === 'yes') return dry(caller, read.operation, read.reason, line, runbookName);
    const proposed = await propose(parts, read.operation, actorOf(caller), { incident: null, reason: read.reason === null ? null : redactText(read.reason), ...(runbookName === undefined ? {} : { runbook: runbookName }), ...(when.window === null ? {} : { window: when.window }) });
    if (proposed.kind === 'refused') {
      const { code, what, next, command: line } = proposed.refusal;
      return refusal(1, code, what, next, line);
    }
    if (proposed.kind === 'open-already') return { kind: 'run', status: 1, run: proposed.run, detail: 'card', note: twinWords(proposed.run, when.window, person.timeZone ?? estate().timeZone) };
    return { kind: 'run', status: 0, run: proposed.run, detail: proposed.kind === 'proposed' ? 'plan' : 'card', note: proposed.kind === 'proposed' ? await numberWords(proposed.run) : `${proposed.run} has started; it needs no approval${state().runs.get(proposed.run)?.plan.steps.some((step) => step.mutates) ? ': no production VM is touched' : ', as it changes nothing'}.` };
  }

  /** The same is open already. `window`: when it is wanted now; one run at a time asks for one thing, so another time takes another run. */
  function twinWords(id: RunId, window: StartWindow | null, timeZone: string): string {
    const run = state().runs.get(id)!;
    const planned = run.plan.window;
    if (planned?.from === window?.from && planned?.to === window?.to) return `${id} asks for exactly this and is ${run.status}: no second run was made.`;
    const time = planned === undefined ? 'as soon as it is approved' : `between ${clockTime(planned.from, timeZone, 'minute', true)} and ${clockTime(planned.to, timeZone, 'minute', true)}`;
    return `${id} asks for this already, to start ${time}, and is ${run.status}: nothing was changed, and no second run was made. For another time, end it first: cancel ${id}, then ask again.`;
  }

  /** The plan in words, asked of today's estate; nothing is written down. */
  async function dry(caller: Caller, operation: Operation, reason: string | null, line: string, runbookName?: string): Promise<Answer> {
    const planned = await makePlan(parts, operation, { run: 'DRY-RUN', epoch: 1, requestedBy: actorOf(caller), incident: null, reason, ...(runbookName === undefined ? {} : { runbook: runbookName }) });
    if (!planned.ok) return refusal(1, planned.refusal.code, planned.refusal.what, planned.refusal.next, planned.refusal.command);
    return { kind: 'dry-run', status: 0, plan: planned.plan, command: line.replace(/\s+dry_run=yes/, '').trim() };
  }

  /** Only in the answer to who asked, and privately to that person: never where approvers look. */
  async function numberWords(id: RunId): Promise<string | null> {
    const run = state().runs.get(id);
    if (!run?.plan.gate.numberMatching) return null;
    return `The number of ${id} is ${await matchingNumber(parts.buttons, id, run.plan.epoch)}. Whoever approves needs it from you: say it, do not write it where others read.`;
  }

  async function refuse(caller: Caller, command: ParsedCommand, answer: Answer): Promise<Answer> {
    const told = answer.kind === 'refusal' ? answer.what : '';
    await record(parts, [entry('refusals', null, actorOf(caller), { type: 'command.refused', by: actorOf(caller), line: `${command.action} ${command.class ?? ''} ${command.name ?? ''}`.trim(), why: told })]);
    return answer;
  }

  return { operate, runbook };
}
