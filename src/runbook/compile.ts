import { groupOfVm, tenantOf } from '../core/estate.js';
import type { Json, StepId } from '../core/names.js';
import type { Operation, PlanDraft, Step } from '../core/plan.js';
import { hostAt } from '../core/placement.js';
import type { State } from '../core/state.js';
import type { PlanResult } from '../ports/controller.js';
import { conditionWords, filled, unmet } from './condition.js';
import { withHooks } from './hooks.js';
import { ownBody, Refused, type OwnStep } from './own-step.js';
import { fill, ofOperation, type Placeholders } from './placeholders.js';
import { readingVerbs, type Runbook, type RunbookStep } from './runbook.js';

export interface CompileInput {
  readonly runbook: Runbook;
  /** All of them, for `call`. */
  readonly runbooks: readonly Runbook[];
  /** What the run is about: the operation of the runbook's own verb. */
  readonly operation: Operation;
  readonly state: State;
  /** The controller's plan of one verb, from today's estate. */
  planVerb(operation: Operation): Promise<PlanResult>;
}

/** Where a list of steps stands: behind what, inside what. */
interface Place {
  readonly after: readonly StepId[];
  /** What comes before may have lost single entities on the way: it is enough that all of it has come to an end. */
  readonly whatever: boolean;
  readonly prefix: string;
  readonly suffix: string;
  readonly slots: readonly string[];
  readonly known: Placeholders;
}

/** A runbook and today's estate become one list of steps: the controller's, and the runbook's own between them. */
export async function compile(input: CompileInput): Promise<PlanResult> {
  try {
    return { ok: true, draft: await new Compilation(input).draft() };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

class Compilation {
  readonly #steps: Step[] = [];
  readonly #compensations: Step[] = [];
  readonly #facts: { [key: string]: Json } = {};
  readonly #locks = new Set<string>();
  #main: PlanDraft | null = null;

  constructor(private readonly input: CompileInput) {}

  async draft(): Promise<PlanDraft> {
    const { runbook, operation } = this.input;
    await this.#sequence(runbook.steps, { after: [], whatever: false, prefix: '', suffix: '', slots: [], known: ofOperation(operation) });
    this.#refuseSameNames();
    const main = this.#main;
    if (main === null) throw new Refused({ code: 'no-verb', what: `Runbook ${runbook.name} comes to no step of the controller as things are now, so there is nothing to run.`, next: 'Look at its conditions.', command: `query runbook ${runbook.name}` });
    return {
      ...main, steps: this.#steps, ...(this.#compensations.length > 0 ? { compensations: this.#compensations } : {}), facts: { ...main.facts, ...this.#facts },
      locks: [...new Set([...main.locks, ...this.#locks])],
      irreversible: [...main.irreversible, ...this.#steps.filter((step) => step.irreversible && step.entity.class === 'runbook').map((step) => step.says)],
    };
  }

  /** One after the other. Answers with what the next one waits for. */
  async #sequence(steps: readonly RunbookStep[], place: Place): Promise<Pick<Place, 'after' | 'whatever'>> {
    let { after, whatever } = place;
    for (const step of steps) ({ after, whatever } = await this.#step(step, { ...place, after, whatever }));
    return { after, whatever };
  }

  async #step(step: RunbookStep, place: Place): Promise<Pick<Place, 'after' | 'whatever'>> {
    switch (step.kind) {
      case 'verb': return this.#verb(step, place);
      case 'parallel': {
        const slots = slotsOf(step, place);
        const ends = await inOrder(step.branches, (branch) => this.#sequence(branch, { ...place, slots }));
        return { after: [...new Set(ends.flatMap((end) => end.after))], whatever: ends.some((end) => end.whatever) };
      }
      case 'foreach': {
        const items = this.#items(step.over);
        const slots = slotsOf(step, place);
        const ends = await inOrder(items, (item) => this.#sequence(step.steps, { ...place, slots, suffix: `${place.suffix}:${item[step.over]}`, known: { ...place.known, ...item } }));
        return items.length === 0 ? place : { after: [...new Set(ends.flatMap((end) => end.after))], whatever: ends.some((end) => end.whatever) };
      }
      case 'when': {
        const condition = filled(step.condition, place.known);
        const holds = unmet(condition, this.input.operation, this.input.state).length === 0;
        this.#facts[`when ${place.prefix}${step.id}${place.suffix}: ${conditionWords(condition)}`] = holds ? 'yes' : 'no';
        return this.#sequence(holds ? step.steps : step.otherwise, place);
      }
      case 'call': {
        const called = this.input.runbooks.find((runbook) => runbook.name === step.runbook);
        if (!called) throw new Refused({ code: 'no-runbook', what: `Step ${step.id} calls the runbook ${step.runbook}, which does not exist.`, next: 'Correct the name in the runbook.', command: 'query runbook' });
        return this.#sequence(called.steps, { ...place, prefix: `${place.prefix}${step.id}/` });
      }
      default: {
        const own = this.#own(step, place);
        this.#steps.push(own);
        if (typeof step.onFailure !== 'string' && step.onFailure !== null) this.#compensate(step.onFailure, own, place);
        return { after: [own.id], whatever: false };
      }
    }
  }

  async #verb(step: Extract<RunbookStep, { kind: 'verb' }>, place: Place): Promise<Pick<Place, 'after' | 'whatever'>> {
    const { operation, runbook } = this.input;
    const isMain = this.#main === null && step.verb === operation.verb && (step.drType === null || step.drType === operation.drType) && (readingVerbs.includes(step.verb) || step.drTest === operation.drTest);
    const changes = this.#main !== null && this.#main.operation.verb === 'move';
    // A look after the move goes to where things are then.
    const [from, to] = changes ? [operation.to, operation.from] : [operation.from, operation.to];
    const { drTest: _drTest, vms: _vms, targetHost: _targetHost, inPlace: _inPlace, ...plain } = operation;
    const wanted: Operation = isMain ? operation : { ...plain, verb: step.verb, drType: step.drType, ...(step.drTest ? { drTest: true as const } : {}), from, to, scope: operation.scope.class === 'site' ? { class: 'site', name: from } : operation.scope };
    const result = await this.input.planVerb(wanted);
    if (!result.ok) throw new Refused(isMain ? result.refusal : { ...result.refusal, what: `Step ${step.id} of runbook ${runbook.name}: ${result.refusal.what}` });
    const draft = withHooks(result.draft, this.input.state);
    if (isMain) this.#main = draft;
    for (const lock of draft.locks) this.#locks.add(lock);
    if (draft.steps.length === 0) return place;
    // A look is taken at what was left behind, too. What changes sites starts only when all before it has succeeded.
    const whatever = place.whatever && readingVerbs.includes(step.verb);
    const prefix = isMain ? '' : `${place.prefix}${step.id}/`;
    const { onFailure, timeoutMs, retry } = step;
    // As the controller wrote it: thousands of steps are not copied to be the same.
    const unchanged = prefix === '' && place.slots.length === 0 && timeoutMs === null && retry === null && onFailure === null;
    const waitsFor = new Set<StepId>();
    for (const each of draft.steps) {
      for (const before of each.after) waitsFor.add(before);
      const first = each.after.length === 0;
      this.#steps.push(unchanged && !(first && (whatever || place.after.length > 0)) ? each : {
        ...each, id: `${prefix}${each.id}`, after: first ? place.after : each.after.map((id) => `${prefix}${id}`), ...(whatever && first ? { whatever: true as const } : {}), slots: [...each.slots, ...place.slots],
        timeoutMs: timeoutMs ?? each.timeoutMs, attemptsMax: retry === null ? each.attemptsMax : retry + 1,
        onFailure: onFailure === 'park' && each.onFailure === 'stop' ? 'park' : onFailure === 'warn' ? 'warn' : each.onFailure,
      });
    }
    return { after: draft.steps.filter((each) => !waitsFor.has(each.id)).map((each) => `${prefix}${each.id}`), whatever: true };
  }

  /** The journal, `retry` and `skip` know a step by its name alone. @throws Refused */
  #refuseSameNames(): void {
    const seen = new Set<StepId>();
    for (const { id } of [...this.#steps, ...this.#compensations]) {
      if (seen.has(id)) throw new Refused({ code: 'same-name', what: `Two steps of runbook ${this.input.runbook.name} would have the name ${id}.`, next: 'Give the step another id in the runbook: names of the controller\'s own steps, such as verify-vm, are taken inside a foreach.', command: `query runbook ${this.input.runbook.name}` });
      seen.add(id);
    }
  }

  #compensate(steps: readonly RunbookStep[], failing: Step, place: Place): void {
    let after: readonly StepId[] = [];
    for (const step of steps) {
      if (step.kind === 'verb' || step.kind === 'parallel' || step.kind === 'foreach' || step.kind === 'when' || step.kind === 'call') throw new Refused({ code: 'compensation', what: `${step.kind} cannot stand in the onFailure of ${failing.id}.`, next: 'Write single steps there: notify, ask, check, http, ssh, command.', command: null });
      const own: Step = { ...this.#own(step, { ...place, after, whatever: false }), compensates: failing.id };
      this.#compensations.push(own);
      after = [own.id];
    }
  }

  /** One step of the runbook's own. */
  #own(step: OwnStep, place: Place): Step {
    const id = `${place.prefix}${step.id}${place.suffix}`;
    const { says, args, base } = ownBody(step, { ...this.input, known: place.known });
    // Approvals and manual work live on wall time, whatever the estate's clock does (DESIGN.md section 5).
    const rate = step.kind === 'approval' || step.kind === 'ask' ? (this.input.state.estate?.clockRate ?? 1) : 1;
    return {
      id, kind: step.kind, says: step.says === null ? says : fill(step.says, place.known), entity: { class: 'runbook', name: id }, args, after: place.after, ...(place.whatever ? { whatever: true as const } : {}), slots: place.slots,
      irreversible: step.irreversible, mutates: base.mutates, rank: 0, timeoutMs: (step.timeoutMs ?? base.timeoutMs) * rate, estimateMs: base.estimateMs * rate, attemptsMax: step.retry === null ? base.attempts : step.retry + 1,
      onFailure: typeof step.onFailure === 'string' ? step.onFailure : step.onFailure === null ? (step.kind === 'notify' ? 'warn' : 'park') : 'stop',
    };
  }

  #items(over: 'vm' | 'host_group' | 'host'): Placeholders[] {
    const { operation, state } = this.input;
    const tenant = tenantOf(state.estate!, operation.tenant)!;
    if (over === 'host_group') return operation.hostGroups.map((group) => ({ host_group: group }));
    const vms = tenant.vms.filter((vm) => vm.unmanaged !== true && operation.hostGroups.includes(groupOfVm(tenant, vm))).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    if (over === 'vm') return vms.map((vm) => ({ vm: vm.name, host_group: groupOfVm(tenant, vm), host: hostAt(tenant, vm, operation.to) ?? vm.host }));
    return [...new Set(vms.map((vm) => hostAt(tenant, vm, operation.to) ?? vm.host))].map((host) => ({ host }));
  }
}

/** `runbook:STEP:3`: how many steps inside this one may run at once. */
const slotsOf = ({ id, limit }: { readonly id: string; readonly limit: number | null }, { prefix, suffix, slots }: Place): readonly string[] => (limit === null ? slots : [...slots, `runbook:${prefix}${id}${suffix}:${limit}`]);

async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
