import type { Answer } from '../core/answer.js';
import { Audit } from '../core/audit.js';
import { siteOfHost, type Estate } from '../core/estate.js';
import type { RunId } from '../core/names.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import { openQuestions } from '../core/step-answer.js';
import { pendingWork } from '../core/state.js';
import type { ActionOutcome, ExternalActions } from '../ports/external-actions.js';
import type { Runbook } from '../runbook/runbook.js';
import { reserved, type CaseAct, type RunbookCase } from './case.js';
import { createLab, makeReady, type Lab, type LabNode } from './lab.js';
import { brokenPromises } from './promises.js';

const dayMs = 24 * 3_600_000;

/** Plays one test of a runbook. Answers with what was not as expected, each in a sentence; empty: it passed. */
export async function playCase(test: RunbookCase, estate: Estate, runbooks: readonly Runbook[]): Promise<string[]> {
  const lab = createLab({ estate: { ...estate, simulated: true }, runbooks });
  try {
    return await new Play(lab, test).run();
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    await lab.close();
  }
}

class Play {
  readonly #asked: string[] = [];
  #node!: LabNode;
  #run: RunId | null = null;
  #answer: Answer | null = null;

  constructor(private readonly lab: Lab, private readonly test: RunbookCase) {}

  async run(): Promise<string[]> {
    const { given, when } = this.test;
    this.#node = await this.#boot();
    if (given.ready) await makeReady(this.lab, this.#node);
    for (const fault of given.faults) await this.#world('inject', fault);
    const before = this.lab.world.effects().length;
    let chosen = true;
    for (const act of when) {
      if (this.#isSaid(act) && !chosen) await this.#untilQuiet();
      await this.#do(act);
      // A line is said, and the end is looked at, when everything is quiet, unless the test chose another moment.
      chosen = 'after' in act || 'until' in act;
    }
    if (!chosen) await this.#untilQuiet();
    return [...this.#different(before), ...brokenPromises(this.lab.world.effects()).map((breach) => `A promise was broken: ${breach}.`), ...(await this.#audited())];
  }

  /** Whatever was played, the journal is in order (invariant 45). */
  async #audited(): Promise<string[]> {
    const audit = new Audit();
    for (const { event, at } of await this.lab.entries()) audit.take(event, at);
    return audit.runs().flatMap(({ run, problems }) => problems.map((problem) => `${run}: ${problem}`));
  }

  #boot(): Promise<LabNode> {
    const answers = new Map(Object.entries(this.test.given.actions).map(([name, list]) => [name, [...list]]));
    const actions: ExternalActions = { run: async (action, parameters): Promise<ActionOutcome> => {
      this.#asked.push([action.name, ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`)].join(' '));
      const kind = answers.get(action.name)?.shift() ?? 'succeeded';
      return { kind, saw: `the test says: ${kind}` };
    } };
    return this.lab.boot({ actions, monitor: this.test.given.monitor });
  }

  #isSaid(act: CaseAct): act is { [person: string]: string } { return !reserved.some((key) => key in act); }

  async #do(act: CaseAct): Promise<void> {
    if (this.#isSaid(act)) {
      const [person, line] = Object.entries(act)[0]!;
      if (!this.lab.estate.people.some((each) => each.name === person)) throw new Error(`The estate has no person '${person}', who shall say: ${line}`);
      const newest = [...this.#node.state.runs.keys()].at(-1);
      this.#answer = await this.#node.say(person, line.replaceAll('{run}', this.#run ?? newest ?? '{run}'));
      if (this.#answer.kind === 'run') this.#run = this.#answer.run;
      return;
    }
    if ('after' in act) await this.lab.pass(Number(act.after));
    else if ('fault' in act) await this.#world('inject', String(act.fault));
    else if ('mend' in act) await this.#world('revert', String(act.mend));
    else if ('crash' in act) {
      this.#node.process.kill();
      this.#node = await this.#boot();
    } else await this.#until(act.until as Extract<CaseAct, { until: unknown }>['until']);
  }

  async #until(wanted: 'over' | 'waiting' | 'running' | { step: string }): Promise<void> {
    if (wanted === 'waiting') { await this.#untilQuiet(); return; }
    const holds = (): boolean => {
      const run = this.#current();
      if (!run) return false;
      if (wanted === 'over') return isTerminal(run.status);
      return wanted === 'running' ? run.status === 'running' : (run.steps.get(wanted.step)?.startedAt ?? null) !== null;
    };
    await this.lab.until(`${this.#run ?? 'the run'} is ${typeof wanted === 'string' ? wanted : `at step ${wanted.step}`}`, holds, dayMs);
  }

  /** Until every run is over or waits for people. */
  #untilQuiet(): Promise<void> {
    const waits = (run: RunState): boolean => isTerminal(run.status) || ['proposed', 'parked', 'held'].includes(run.status) || openQuestions(run).length > 0;
    return this.lab.until('every run is over or waits for people', () => [...this.#node.state.runs.values()].every(waits), dayMs);
  }

  #current(): RunState | undefined { return this.#node.state.runs.get(this.#run ?? [...this.#node.state.runs.keys()].at(-1) ?? ''); }
  async #world(how: 'inject' | 'revert', fault: string): Promise<void> { await this.lab.world.client.call(how, fault.split(' ')); }

  /** What `then` says and the world does not. */
  #different(before: number): string[] {
    const { then } = this.test;
    const run = this.#current();
    const { state } = this.#node;
    const said: string[] = [];
    const expect = (what: string, wanted: string, found: string): void => { if (wanted !== found) said.push(`${what}: expected ${wanted}, found ${found}.`); };
    const holds = (what: string, text: string, wanted: string): void => { if (!text.includes(wanted)) said.push(`${what}: expected '${wanted}' in it, found: ${text || 'nothing'}`); };
    if (then.status !== undefined) expect('status', then.status, run ? `${run.status}${run.status !== then.status && run.parked ? ` (${run.parked.why})` : ''}${run.status !== then.status && run.exceptions.length > 0 ? ` (${run.exceptions.join('; ')})` : ''}` : `no run (${this.#said()})`);
    for (const [vm, site] of Object.entries(then.vms ?? {})) expect(`${vm} runs at`, site, this.#runsAt(vm));
    for (const [step, status] of Object.entries(then.steps ?? {})) expect(`step ${step}`, status, run?.steps.get(step)?.status ?? `no such step among ${run?.plan.steps.map((each) => each.id).join(', ') ?? 'none'}`);
    if (then.order) {
      const at = then.order.map((step) => run?.steps.get(step)?.finishedAt ?? Infinity);
      if (at.some((each, index) => each === Infinity || (index > 0 && each < at[index - 1]!))) said.push(`order: ${then.order.map((step, index) => `${step} ${at[index] === Infinity ? 'never ended' : `ended at ${new Date(at[index]!).toISOString()}`}`).join(', ')}.`);
    }
    if (then.answer !== undefined) holds('the last answer', this.#said(), then.answer);
    for (const wanted of then.exceptions ?? []) holds('exceptions', run?.exceptions.join('\n') ?? '', wanted);
    if (then.actions) expect('actions', then.actions.join(' | ') || 'none', this.#asked.join(' | ') || 'none');
    if (then.pending) expect('pending work', then.pending.toSorted().join(', ') || 'none', pendingWork(state).map((work) => `${work.work} ${work.site}`).toSorted().join(', ') || 'none');
    if (then.changes !== undefined) expect('changes of the world', String(then.changes), String(this.lab.world.effects().slice(before).filter(({ effect }) => !['fault', 'reverted', 'configured'].includes(effect.op)).length));
    return said;
  }

  #runsAt(vm: string): string {
    const instance = Object.values(this.lab.world.world.world.instances).find((each) => each.vm === vm && each.power === 'on' && !each.failed);
    return instance ? (siteOfHost(this.lab.estate, instance.host)?.name ?? instance.host) : 'none';
  }

  #said(): string {
    const answer = this.#answer;
    if (answer === null) return 'nothing was said';
    return answer.kind === 'decision' ? answer.sentence : answer.kind === 'refusal' ? `${answer.what} ${answer.next}` : answer.kind === 'run' ? `${answer.run} ${answer.note ?? ''}` : answer.kind === 'said' ? answer.text : JSON.stringify(answer);
  }
}
