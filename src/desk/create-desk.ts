import { mayApprove } from '../core/approval-right.js';
import { refusal, type Answer, type Caller } from '../core/answer.js';
import { sees } from '../core/estate.js';
import { incidentStream, peopleStream } from '../core/event.js';
import type { Actor, RunId } from '../core/names.js';
import { verbs, type Operation, type Verb } from '../core/plan.js';
import { holdsSecret, redactText } from '../core/redact.js';
import { rosterOf } from '../core/roster.js';
import { JournalError } from '../ports/journal.js';
import { byName } from './by-name.js';
import { createDecisions, whatCancelMeans } from './decisions.js';
import { createDelegations } from './delegation.js';
import type { Desk, Press } from './desk.js';
import { parse, type ParsedCommand } from './grammar.js';
import { matchingNumber } from './matching-number.js';
import { help } from './help.js';
import { readOperation } from './operation.js';
import { createFailedSteps } from './failed-steps.js';
import { entry, record, type DeskParts } from './parts.js';
import { makePlan } from './planning.js';
import { openTwin, propose } from './propose.js';
import { query, why } from './queries.js';
import { listed, roleWords } from './sentences.js';
import { createStanding } from './standing.js';
import { readWindow } from './start-window.js';
import { createStepAnswers } from './step-answers.js';

const codeLifeMs = 10 * 60_000;
const isVerb = (action: string): action is Verb => (verbs as readonly string[]).includes(action);

/** Chat, CLI, web, mail and SMS all speak to this. Every call gets an answer, also when something breaks. */
export function createDesk(parts: DeskParts): Desk {
  const decisions = createDecisions(parts);
  const failedSteps = createFailedSteps(parts, decisions);
  const answerStep = createStepAnswers(parts, decisions);
  const delegate = createDelegations(parts);
  const standing = createStanding(parts);
  const state = () => parts.live.current;
  const estate = () => state().estate!;
  const operators = (): string[] => estate().people.filter((each) => each.roles.includes('operator')).map((each) => each.name);
  const actorOf = ({ person, surface }: Caller): Actor => ({ kind: 'person', person: person.name, surface });

  async function guarded(work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      const message = redactText(error instanceof Error ? error.message : String(error));
      parts.log('a command could not be answered', { error: message });
      if (error instanceof JournalError && error.code === 'outcome-unknown') return refusal(1, 'journal', `The database went away before it told whether that was written (${message}): it stands, or it does not.`, 'Look first. Sent again, it counts once.', 'query run');
      if (error instanceof JournalError) return refusal(1, 'journal', `The journal cannot be written at the moment (${message}), so nothing was started or decided.`, 'Runs under way wait by themselves and go on when it is back. Holding a run works all the same. Check disk and database, then send this again.', 'query system status');
      return refusal(1, 'broken', `That could not be done: ${message}`, 'Nothing was started. Send it again; if it stays so, look at the log.', 'query system status');
    }
  }

  /** `line`: as it was typed. `runbook`: where one was named. */
  async function operate(caller: Caller, command: ParsedCommand, verb: Verb, line: string, runbook?: string): Promise<Answer> {
    const { person } = caller;
    if (!person.roles.includes('operator') && !(person.roles.includes('requester') && verb === 'move')) return refuse(caller, command, refusal(1, 'not-an-operator', `You may not ask for '${verb}': it needs the role operator.`, `Ask ${operators().join(' or ')}. You may look and hold.`, 'query vm'));
    const read = readOperation(command, verb, estate(), state(), person);
    if (!read.ok) return read.answer;
    if (!person.roles.includes('operator') && read.operation.drType !== 'planned') return refuse(caller, command, refusal(1, 'planned-only', 'As a requester you may ask for planned moves; an unplanned one is started by an operator.', `Call ${listed(operators())}. For a planned move leave dr_type out.`, null));
    const when = readWindow(command.attributes, person.timeZone ?? estate().timeZone, parts.clock.now());
    if (!when.ok) return when.answer;
    const dryRun = command.attributes.get('dry_run');
    if (dryRun !== undefined && dryRun !== 'yes') return refusal(4, 'dry-run', `dry_run=${dryRun} is not known.`, 'Write dry_run=yes, or leave it out.');
    if (dryRun === 'yes') return dry(caller, read.operation, read.reason, line, runbook);
    const proposed = await propose(parts, read.operation, actorOf(caller), { incident: null, reason: read.reason === null ? null : redactText(read.reason), ...(runbook === undefined ? {} : { runbook }), ...(when.window === null ? {} : { window: when.window }) });
    if (proposed.kind === 'refused') {
      const { code, what, next, command: line } = proposed.refusal;
      return refusal(1, code, what, next, line);
    }
    if (proposed.kind === 'open-already') return { kind: 'run', status: 1, run: proposed.run, detail: 'card', note: `${proposed.run} asks for exactly this and is ${openTwin(state(), read.operation)?.status ?? 'open'}: no second run was made.` };
    return { kind: 'run', status: 0, run: proposed.run, detail: proposed.kind === 'proposed' ? 'plan' : 'card', note: proposed.kind === 'proposed' ? await numberWords(proposed.run) : `${proposed.run} has started; it needs no approval, as it changes nothing.` };
  }

  /** The plan in words, asked of today's estate; nothing is written down. */
  async function dry(caller: Caller, operation: Operation, reason: string | null, line: string, runbook?: string): Promise<Answer> {
    const planned = await makePlan(parts, operation, { run: 'DRY-RUN', epoch: 1, requestedBy: actorOf(caller), incident: null, reason, ...(runbook === undefined ? {} : { runbook }) });
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

  async function onRun(caller: Caller, command: ParsedCommand): Promise<Answer> {
    const id = (command.name ?? '').toUpperCase();
    const reason = command.attributes.get('reason') ?? null;
    if (/^S-\d+$/.test(id) && ['approve', 'reject', 'revoke'].includes(command.action)) return command.action === 'approve' ? standing.sign(caller, id) : standing.revoke(caller, id, reason);
    if (command.action === 'revoke') return refusal(command.name === null ? 3 : 4, 'standing-missing', 'revoke takes back a standing authority, such as S-1. To stop a run, hold it.', 'Look at them.', 'query standing');
    if (!/^[RI]-\d+$/.test(id)) {
      const open = [...state().runs.values()].filter((run) => sees(caller.person, run.plan.tenant) && ['proposed', 'running', 'held', 'parked'].includes(run.status)).map((run) => run.plan.run);
      return refusal(command.name === null ? 3 : 4, 'run-missing', command.name === null ? `${command.action} needs a run.` : `'${command.name}' is not a run: runs look like R-12.`, open.length === 0 ? 'No run is open.' : `Open: ${open.join(', ')}.`, open.length === 0 ? 'query run' : `${command.action} ${open.at(-1)}`);
    }
    const step = command.attributes.get('step') ?? null;
    if (step !== null && (command.action === 'approve' || command.action === 'reject')) return answerStep(caller, id, { step, verb: command.action, answer: command.action === 'approve' ? 'yes' : 'no', reason: reason === null ? null : redactText(reason), form: new Map() });
    switch (command.action) {
      case 'confirm': return answerStep(caller, id, { step, verb: 'confirm', answer: 'yes', reason: null, form: new Map([...command.attributes].filter(([key]) => key !== 'step')) });
      case 'retry': return failedSteps.retry(caller, id, step);
      case 'skip': return failedSteps.skip(caller, id, step, command.attributes.get('waiver') ?? null);
      case 'approve': return decisions.vote(caller, id, { answer: 'approve', attest: command.attributes.get('attest') ?? null, number: command.attributes.get('number') ?? null, target: command.attributes.get('target') ?? null, glass: command.attributes.get('break_glass')?.split(',') ?? null, reason: reason === null ? null : redactText(reason) });
      case 'reject': return decisions.vote(caller, id, { answer: 'reject', reason: reason === null ? null : redactText(reason) });
      case 'hold': return decisions.hold(caller, id, reason === null ? null : redactText(reason));
      case 'resume': return decisions.resume(caller, id);
      case 'cancel': return decisions.cancel(caller, id, reason === null ? null : redactText(reason), command.attributes.get('force') === 'yes');
      case 'acknowledge': return acknowledge(caller, id);
      default: break;
    }
    const run = decisions.runOf(caller, id);
    if (!run) return refusal(2, 'no-such-run', `There is no run ${id} that you can see.`, 'Look at the runs.', 'query run');
    if (command.action === 'review') return { kind: 'run', status: 0, run: id, detail: 'plan', note: null };
    const people = desk.approversOf(id);
    return why(run, asked(caller, null, command), rosterOf(state(), parts.clock.now()), { able: people.filter((each) => each.may).map((each) => each.person), unable: people.filter((each) => !each.may), cancel: whatCancelMeans(run) });
  }

  async function acknowledge(caller: Caller, id: string): Promise<Answer> {
    const incident = state().incidents.get(id);
    if (!incident || !sees(caller.person, incident.tenant)) return refusal(2, 'no-such-incident', `There is no incident ${id} that you can see.`, 'Look at the incidents.', 'query incident');
    await record(parts, [entry(incidentStream, incident.tenant, actorOf(caller), { type: 'incident.acknowledged', incident: id, by: caller.person.name })]);
    return { kind: 'said', status: 0, text: `You look after ${id}: ${incident.title}.`, next: [`query incident ${id}`], json: { incident: id, acknowledgedBy: caller.person.name } };
  }

  /** The person proves the other identity with this code: one-time, ten minutes (approval-ux.md rule 18). */
  async function code(caller: Caller, what: string | null): Promise<Answer> {
    const purpose = what === 'slack' ? 'link:slack' : what === 'cli' ? 'cli-login' : what === 'web' ? 'web-login' : null;
    if (purpose === null) return refusal(what === null ? 3 : 4, 'code-purpose', `A code is for something: slack links your Slack account, cli signs in the command line, web the console.`, 'Say which.', 'code slack');
    const value = await parts.once.issueCode(purpose, caller.person.name, codeLifeMs);
    const next = what === 'slack' ? `/dr link ${value}` : what === 'cli' ? `lifeboat login ${value}` : `enter ${value} on the console's sign-in page`;
    return { kind: 'said', status: 0, text: `Your one-time code is ${value}. It works once, for ten minutes, and only for you: keep it to yourself.`, next: [next], json: { code: value, purpose } };
  }

  async function unlink(caller: Caller, surface: string | null): Promise<Answer> {
    const link = state().links.find((each) => each.person === caller.person.name && each.surface === surface);
    if (!link) return refusal(2, 'not-linked', `You have no link to ${surface ?? 'that'}.`, 'Link it with a code.', 'code slack');
    await record(parts, [entry(peopleStream, null, actorOf(caller), { type: 'person.unlinked', person: link.person, surface: link.surface, identity: link.identity })]);
    return { kind: 'said', status: 0, text: link.surface === 'web' ? `The sign-in ${link.identity} is not linked to you any more: it signs nobody in here, and pages that it signed in are signed out.` : `Your ${link.surface} account is not linked any more. Buttons there refuse you from now on.`, next: [`code ${link.surface}`], json: { unlinked: link.surface } };
  }

  const asked = (caller: Caller, name: string | null, command: ParsedCommand) => ({
    estate: estate(), state: state(), person: caller.person, name, attributes: command.attributes, runbooks: parts.runbooks, surfaces: parts.surfaces, version: parts.version, now: parts.clock.now(),
    only: command.flags.find((flag) => flag.startsWith('-a '))?.slice(3).split(',') ?? null,
  });

  const desk: Desk = {
    command: (caller, line) => guarded(async () => {
      if (holdsSecret(line)) return refusal(4, 'secret', 'That line holds a secret, so it was refused and is kept nowhere in clear.', 'If it was a real one, change it: others may have seen it in this conversation. Secrets come from the environment only, by name.', null);
      const parsed = parse(line);
      if (!parsed.ok) {
        const { status, code: problem, what, next, command } = parsed.problem;
        return refusal(status, problem, what, next, command);
      }
      const { command } = parsed;
      if (command.help) return help(command.action === 'help' ? null : command.action, command.class, caller.person, estate(), state());
      if (isVerb(command.action)) return operate(caller, command, command.action, line);
      if (command.action === 'run') {
        const named = byName(command, parts.runbooks);
        return named.ok ? operate(caller, named.command, named.runbook.verb, line, named.runbook.name) : named.answer;
      }
      if (command.action === 'query') return query(command.class!, asked(caller, command.name, command));
      if (command.action === 'code') return code(caller, command.name);
      if (command.action === 'unlink') return unlink(caller, command.name);
      if (command.action === 'delegate') return delegate(caller, command);
      if (command.action === 'authorise') return standing.authorise(caller, command);
      return onRun(caller, command);
    }),
    press: (caller, press: Press) => guarded(async () => {
      const [run, step] = press.subject.split('/', 2);
      // `R-12/storage-ready`: a question of a step, never the run's own.
      if (step !== undefined && (press.verb === 'approve' || press.verb === 'reject')) return answerStep(caller, run!, { step: press.subject.slice(run!.length + 1), verb: 'press', answer: press.verb === 'approve' ? 'yes' : 'no', reason: null, form: new Map() });
      switch (press.verb) {
        case 'approve': return decisions.vote(caller, press.subject, { answer: 'approve', epoch: press.epoch, attest: press.attest });
        case 'reject': return decisions.vote(caller, press.subject, { answer: 'reject', epoch: press.epoch });
        case 'hold': return decisions.hold(caller, press.subject, null);
        case 'resume': return decisions.resume(caller, press.subject);
        case 'cancel': return decisions.cancel(caller, press.subject, null, false);
        case 'acknowledge': return acknowledge(caller, press.subject);
        case 'revoke': return standing.revoke(caller, press.subject, null);
        case 'review': return decisions.runOf(caller, press.subject) ? { kind: 'run', status: 0, run: press.subject, detail: 'plan', note: null } : refusal(2, 'no-such-run', `There is no run ${press.subject} that you can see.`, 'Look at the runs.', 'query run');
      }
    }),
    approversOf(id: RunId) {
      const run = state().runs.get(id);
      if (!run) return [];
      const words = { ok: '', 'not-your-tenant': 'another tenant', 'not-an-approver': `lacks ${roleWords(run.plan)}`, 'own-request': 'asked for it', 'number-locked': 'typed three wrong numbers' };
      const roster = rosterOf(state(), parts.clock.now());
      return estate().people.filter((person) => sees(person, run.plan.tenant)).map((person) => {
        const { may, code: reason } = mayApprove(person, run, roster);
        const already = run.approvals.some((approval) => approval.by === person.name && approval.epoch === run.plan.epoch);
        return { person: person.name, may: may && !already, why: already ? 'approved already' : words[reason] };
      });
    },
  };
  return desk;
}

