import type { Estate } from '../../../src/core/estate.js';
import type { JournalEntry } from '../../../src/core/event.js';
import type { Millis, PersonName, RunId } from '../../../src/core/names.js';
import { canonical, type Plan } from '../../../src/core/plan.js';
import type { EffectLine } from '../../../src/drivers/estate/simulated/world/model.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { LabNode } from '../../scenarios/lab/lab.js';
import { readKey } from '../keys.js';
import type { Break } from './family.js';

/** What the journal says of one run, read by somebody who has not read the product's folds. */
interface Record { plans: Map<number, Plan>; expires: Map<number, Millis | null>; votes: { by: PersonName; epoch: number; web: boolean }[]; granted: Map<number, string>; started: Map<number, number>; heldAt: Millis | null; wantsOn: Set<PersonName>; over: boolean; epoch: number; done: Set<string> }
/** What an approval is for, by the oracle's own list and not the product's digest: what is done to what, in which order, in which direction, on which facts, under which gate. */
const boundBy = ({ operation, runbook, steps, compensations, vms, excluded, facts, gate, policyVersion, window }: Plan): string => canonical({
  operation, runbook, vms, excluded, facts, gate, policyVersion, window,
  steps: [...steps, ...(compensations ?? [])].map(({ id, kind, entity, args, after, irreversible, whatever, compensates, mutates }) => ({ id, kind, entity, args, after, irreversible, whatever, compensates, mutates })),
});
/** By policy: what Lifeboat restarts or cleans up inside a site by itself, where the source can be seen; and the end of a rehearsal. `inside.ts` and `rehearsals.ts` see that it goes no further. */
const needsNobody = ({ operation: { automatic, verb, drTest, from, to }, gate: { attest } }: Plan): boolean => attest === null && ((automatic === true && from === to && (verb === 'restart' || verb === 'cleanup')) || (drTest === true && verb === 'cleanup'));
const fresh = (): Record => ({ plans: new Map(), expires: new Map(), votes: [], granted: new Map(), started: new Map(), heldAt: null, wantsOn: new Set(), over: false, epoch: 0, done: new Set() });

/** Invariants 36, 37, 41 and 46: reads the journal and the world's own log, and watches what the controller is asked to do; never what the desk answers. */
export class Approvals {
  readonly log: JournalEntry[] = [];
  readonly #runs = new Map<RunId, Record>();
  readonly #presses = new Set<string>();
  /** How far the clocks of processes may be off: an approval lives by the clock of who asked. */
  #clockOffMs: Millis = 0;

  constructor(private readonly estate: Estate, private readonly clock: Pick<Clock, 'now'>, private readonly broke: Break) {}

  /** Buttons that said yes, with the revision they were shown for. */
  pressed(who: PersonName, run: RunId, epoch: number): void { this.#presses.add(`${who} ${run}.${epoch}`); }
  clockSet(byMs: Millis): void { this.#clockOffMs += Math.abs(byMs); }

  /** Nothing is done but what was granted as it is, and nothing while somebody holds it. */
  watch(node: LabNode): void {
    const { controller } = node.parts;
    const act = controller.do.bind(controller);
    Object.assign(controller, { do: (...[step, plan, context]: Parameters<typeof act>) => {
      const run = this.#of(plan.run);
      const what = `${step.id} of ${plan.run}.${plan.epoch}`;
      const grant = run.granted.get(plan.epoch);
      if (grant === undefined) this.broke('36-approved-plan', `${what} was done, and nobody had approved it`);
      else if (boundBy(plan) !== grant) this.broke('36-approved-plan', `${what} was done, and another plan had been approved`);
      if (run.heldAt !== null && run.heldAt < this.clock.now()) this.broke('41-hold', `${what} was begun while the run was held`);
      if (run.over) this.broke('15-once', `${what} was done after the run was over`);
      if (run.done.has(step.id)) this.broke('15-once', `${what} was done again`);
      return act(step, plan, context);
    } });
  }

  effect({ key, effect, n }: EffectLine): void {
    const of = readKey(key);
    if (of && !this.#runs.get(of.run)?.granted.has(of.epoch)) this.broke('36-approved-plan', `line ${n} of the world: ${effect.op} for ${key}, which nobody approved`);
  }
  end(entries: readonly JournalEntry[]): void { if (entries.length !== this.log.length) this.broke('45-no-record', `the journal has ${entries.length} entries, ${this.log.length} were seen`); }

  #of(id: RunId): Record {
    const known = this.#runs.get(id) ?? fresh();
    this.#runs.set(id, known);
    return known;
  }

  #entitled(by: PersonName, plan: Plan): boolean {
    const person = this.estate.people.find(({ name }) => name === by);
    return person !== undefined && person.roles.includes(plan.gate.role) && (person.tenants === 'all' || person.tenants.includes(plan.tenant));
  }
  #asker({ requestedBy }: Plan): PersonName | null { return requestedBy.kind === 'person' ? requestedBy.person : null; }

  entry(entry: JournalEntry): void {
    this.log.push(entry);
    const { event, at, seq } = entry;
    const say = (words: string, property = '37-quorum'): void => { this.broke(property, `entry ${seq}: ${words}`); };
    if (event.type === 'plan.proposed' || event.type === 'plan.revised') {
      const run = this.#of(event.plan.run);
      run.plans.set(event.plan.epoch, event.plan);
      run.expires.set(event.plan.epoch, event.expiresAt);
      run.epoch = event.plan.epoch;
      return;
    }
    if (!('run' in event) || typeof event.run !== 'string') return;
    const run = this.#of(event.run);
    switch (event.type) {
      case 'approval.given':
        run.votes.push({ by: event.by, epoch: event.epoch, web: event.surface === 'web' });
        if (event.surface === 'web' && !this.#presses.has(`${event.by} ${event.run}.${event.epoch}`)) say(`${event.by} never approved epoch ${event.epoch} of ${event.run}`, '36-approved-plan');
        if (event.epoch !== run.epoch) say(`an approval of epoch ${event.epoch} stands at epoch ${run.epoch}`, '36-approved-plan');
        break;
      case 'rejection.given': run.votes = run.votes.filter(({ by }) => by !== event.by); break;
      case 'plan.granted': this.#grant(run, event.epoch, event.digest, at, say); break;
      case 'plan.rejected': case 'plan.withdrawn': case 'plan.expired': case 'run.finished':
        if (run.over) say(`${event.run} ends a second time`, '15-once');
        run.over = true;
        break;
      case 'run.started':
        run.started.set(run.epoch, (run.started.get(run.epoch) ?? 0) + 1);
        if (run.started.get(run.epoch)! > 1) say(`${event.run}.${run.epoch} starts a second time`, '37-single-use');
        break;
      case 'run.held': run.heldAt ??= at; run.wantsOn.clear(); break;
      case 'run.parked': run.wantsOn.clear(); break;
      case 'resume.given': run.wantsOn.add(event.by); break;
      case 'run.resumed': {
        const plan = run.plans.get(run.epoch)!;
        const wanting = [...run.wantsOn].filter((by) => this.#entitled(by, plan) || by === this.#asker(plan));
        if (wanting.length < plan.gate.people) say(`${event.run} goes on, and ${wanting.join(' and ') || 'nobody'} wanted it`);
        run.heldAt = null;
        break;
      }
      case 'run.cancelling': run.heldAt = null; break;
      case 'step.finished': if (event.outcome === 'done') run.done.add(event.step); break;
      default: break;
    }
  }

  #grant(run: Record, epoch: number, digest: string, at: Millis, say: (words: string, property?: string) => void): void {
    const plan = run.plans.get(epoch);
    if (!plan || epoch !== run.epoch) { say(`epoch ${epoch} is granted at epoch ${run.epoch}`, '36-approved-plan'); return; }
    if (run.granted.has(epoch)) say(`epoch ${epoch} of ${plan.run} is granted twice`, '37-single-use');
    if (run.over) say(`${plan.run} is granted after it was over`);
    if (digest !== plan.digest) say(`another plan than that of epoch ${epoch} is granted`, '36-approved-plan');
    const expiresAt = run.expires.get(epoch) ?? null;
    if (expiresAt !== null && at >= expiresAt + this.#clockOffMs) say(`${plan.run} is granted after its time`, '37-expiry');
    const asker = this.#asker(plan);
    const votes = run.votes.filter((vote) => vote.epoch === epoch);
    for (const { by } of votes) if (!this.#entitled(by, plan) || by === asker) say(`${by} counts for ${plan.run}, and may not`);
    const behind = new Set([...votes.map(({ by }) => by), ...(asker === null ? [] : [asker])]);
    if (behind.size < plan.gate.people) say(`${plan.run} is granted, and only ${[...behind].join(' and ') || 'nobody'} stands behind it`);
    if (plan.gate.people < 2 && !needsNobody(plan) && plan.steps.some(({ mutates }) => mutates)) say(`${plan.run} changes something, and its gate asks for ${plan.gate.people}`);
    run.granted.set(epoch, boundBy(plan));
    run.done.clear();
  }
}
