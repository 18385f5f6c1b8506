import { mayApprove } from '../core/approval-right.js';
import { refusal, type Answer, type Caller } from '../core/answer.js';
import { sees } from '../core/estate.js';
import type { RunId } from '../core/names.js';
import { redactText } from '../core/redact.js';
import { rosterOf } from '../core/roster.js';
import { createAttention } from './attention.js';
import { createDecisions, whatCancelMeans } from './decisions.js';
import type { Desk, Press } from './desk.js';
import { createFailedSteps } from './failed-steps.js';
import type { ParsedCommand } from './grammar.js';
import type { DeskParts } from './parts.js';
import type { Asked } from './asked.js';
import { why } from './queries.js';
import { roleWords } from './sentences.js';
import type { createStanding } from './standing.js';
import { createStepAnswers } from './step-answers.js';

/** What people say to a run, an incident or a standing authority that is there already: typed, or by a button. */
export function createOnRun(parts: DeskParts, standing: ReturnType<typeof createStanding>, asked: (caller: Caller, command: ParsedCommand) => Asked) {
  const decisions = createDecisions(parts);
  const failedSteps = createFailedSteps(parts, decisions);
  const answerStep = createStepAnswers(parts, decisions);
  const attention = createAttention(parts);
  const state = () => parts.live.current;
  const estate = () => state().estate!;

  async function typed(caller: Caller, command: ParsedCommand): Promise<Answer> {
    const id = (command.name ?? '').toUpperCase();
    const reason = command.attributes.get('reason') ?? null;
    if (/^S-\d+$/.test(id) && ['approve', 'reject', 'revoke'].includes(command.action)) return command.action === 'approve' ? standing.sign(caller, id) : standing.revoke(caller, id, reason);
    if (command.action === 'revoke') return refusal(command.name === null ? 3 : 4, 'standing-missing', 'revoke takes back a standing authority, such as S-1. To stop a run, hold it.', 'Look at them.', 'query standing');
    if (/^S-\d+$/.test(id)) return refusal(4, 'standing', `${id} is a standing authority; ${command.action} is for runs.`, 'It can be looked at, signed and revoked.', `query standing ${id}`);
    if (!/^[RI]-\d+$/.test(id)) {
      const open = [...state().runs.values()].filter((run) => sees(caller.person, run.plan.tenant) && ['proposed', 'running', 'held', 'parked'].includes(run.status)).map((run) => run.plan.run);
      return refusal(command.name === null ? 3 : 4, 'run-missing', command.name === null ? `${command.action} needs a run.` : `'${command.name}' is not a run: runs look like R-12.`, open.length === 0 ? 'No run is open.' : `Open: ${open.join(', ')}.`, open.length === 0 ? 'query run' : `${command.action} ${open.at(-1)}`, open.toReversed().slice(0, 5).map((each) => `${command.action} ${each}`));
    }
    const step = command.attributes.get('step') ?? null;
    if (step !== null && (command.action === 'approve' || command.action === 'reject')) return answerStep(caller, id, { step, verb: command.action, attempt: null, answer: command.action === 'approve' ? 'yes' : 'no', reason: reason === null ? null : redactText(reason), form: new Map() });
    switch (command.action) {
      case 'confirm': return answerStep(caller, id, { step, verb: 'confirm', attempt: null, answer: 'yes', reason: null, form: new Map([...command.attributes].filter(([key]) => key !== 'step')) });
      case 'retry': return failedSteps.retry(caller, id, step);
      case 'skip': return failedSteps.skip(caller, id, step, command.attributes.get('waiver') ?? null);
      case 'approve': return decisions.vote(caller, id, { answer: 'approve', attest: command.attributes.get('attest') ?? null, number: command.attributes.get('number') ?? null, target: command.attributes.get('target') ?? null, glass: command.attributes.get('break_glass')?.split(',') ?? null, reason: reason === null ? null : redactText(reason) });
      case 'reject': return decisions.vote(caller, id, { answer: 'reject', reason: reason === null ? null : redactText(reason) });
      case 'hold': return decisions.hold(caller, id, reason === null ? null : redactText(reason));
      case 'resume': return decisions.resume(caller, id);
      case 'cancel': return decisions.cancel(caller, id, reason === null ? null : redactText(reason), command.attributes.get('force') === 'yes');
      case 'acknowledge': return attention.acknowledge(caller, id, command.attributes);
      case 'unacknowledge': return attention.unacknowledge(caller, id);
      default: break;
    }
    const run = decisions.runOf(caller, id);
    if (!run) return refusal(2, 'no-such-run', `There is no run ${id} that you can see.`, 'Look at the runs.', 'query run');
    if (command.action === 'review') return { kind: 'run', status: 0, run: id, detail: 'plan', note: null };
    const people = approversOf(id);
    return why(run, asked(caller, command), rosterOf(state(), parts.clock.now()), { able: people.filter((each) => each.may).map((each) => each.person), unable: people.filter((each) => !each.may), cancel: whatCancelMeans(run) });
  }

  /** A button, looked up by its opaque id. */
  async function pressed(caller: Caller, press: Press): Promise<Answer> {
    const [run, step] = press.subject.split('/', 2);
    // `R-12/storage-ready`: a question of a step, never the run's own.
    if (step !== undefined && (press.verb === 'approve' || press.verb === 'reject')) return answerStep(caller, run!, { step: press.subject.slice(run!.length + 1), verb: 'press', attempt: press.epoch, answer: press.verb === 'approve' ? 'yes' : 'no', reason: null, form: new Map() });
    switch (press.verb) {
      case 'approve': return decisions.vote(caller, press.subject, { answer: 'approve', epoch: press.epoch, attest: press.attest });
      case 'reject': return decisions.vote(caller, press.subject, { answer: 'reject', epoch: press.epoch });
      case 'hold': return decisions.hold(caller, press.subject, null);
      case 'resume': return decisions.resume(caller, press.subject);
      case 'cancel': return decisions.cancel(caller, press.subject, null, false);
      case 'acknowledge': return attention.acknowledge(caller, press.subject);
      case 'revoke': return standing.revoke(caller, press.subject, null);
      case 'review': return decisions.runOf(caller, press.subject) ? { kind: 'run', status: 0, run: press.subject, detail: 'plan', note: null } : refusal(2, 'no-such-run', `There is no run ${press.subject} that you can see.`, 'Look at the runs.', 'query run');
    }
  }

  /** People who could still approve a run now, and why the others cannot. */
  function approversOf(id: RunId): ReturnType<Desk['approversOf']> {
    const run = state().runs.get(id);
    if (!run) return [];
    const words = { ok: '', 'not-your-tenant': 'another tenant', 'not-an-approver': `lacks ${roleWords(run.plan)}`, 'own-request': 'asked for it', 'number-locked': 'typed three wrong numbers' };
    const roster = rosterOf(state(), parts.clock.now());
    return estate().people.filter((person) => sees(person, run.plan.tenant)).map((person) => {
      const { may, code: reason } = mayApprove(person, run, roster);
      const already = run.approvals.some((approval) => approval.by === person.name && approval.epoch === run.plan.epoch);
      return { person: person.name, may: may && !already, why: already ? 'approved already' : words[reason] };
    });
  }

  return { typed, pressed, approversOf };
}
