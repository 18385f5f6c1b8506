import { siteOfHost, type Estate } from '../../../src/core/estate.js';
import type { JournalEntry, StateChange } from '../../../src/core/event.js';
import type { HostName, Millis, RunId, SiteName, StepId, VmName } from '../../../src/core/names.js';
import type { Plan, Step } from '../../../src/core/plan.js';
import { apply } from '../../../src/drivers/estate/simulated/world/apply.js';
import { emptyWorld, place, type EffectLine, type Instance, type World } from '../../../src/drivers/estate/simulated/world/model.js';

/** `since`: entry of its newest intent. `held`: what the step says that it did was so at some moment since then. */
export interface StepSeen { attempt: number; status: 'started' | 'done' | 'failed' | 'unknown' | 'waived'; since: number; open: boolean; held: boolean; attempts: number }
export interface RunSeen {
  plan: Plan;
  readonly plans: Map<number, Plan>;
  steps: Map<StepId, StepSeen>;
  attested: Set<number>;
  started: boolean;
  cancelling: boolean;
  outcome: string | null;
  /** Times that people or another process made it go on: each may cost an attempt. */
  goneOn: number;
}

/** What the oracle remembers: its own reading of the journal and of the world's log. No line of it comes from the product's state. */
export class Seen {
  readonly world: World = emptyWorld();
  readonly runs = new Map<RunId, RunSeen>();
  /** Where each group's production is: the site that it was last switched to. */
  readonly production = new Map<string, SiteName>();
  /** What the journal says is left to do at a site: `HG_A resync customerA`. */
  readonly pending = new Set<string>();
  /** Holder of each lock. */
  readonly locks = new Map<string, RunId>();
  /** Since when nothing may begin by itself. */
  automationStoppedAt: Millis | null = null;
  at: Millis = 0;

  constructor(readonly estate: Estate) {
    for (const tenant of estate.tenants) for (const group of tenant.hostGroups) this.production.set(group.name, tenant.homeSite);
  }

  takeEffect(line: EffectLine): void {
    apply(this.world, line);
    const { effect } = line;
    if (effect.op === 'reversed' || effect.op === 'failed-over') this.production.set(effect.group, effect.to);
  }

  takeEntry({ event, seq, at }: JournalEntry): void {
    if (event.type === 'automation.stopped') this.automationStoppedAt = at;
    if (event.type === 'automation.started') this.automationStoppedAt = null;
    if (event.type === 'plan.proposed') {
      this.runs.set(event.plan.run, { plan: event.plan, plans: new Map([[event.plan.epoch, event.plan]]), steps: new Map(), attested: new Set(), started: false, cancelling: false, outcome: null, goneOn: 0 });
      return;
    }
    if (event.type === 'lock.acquired') for (const key of event.keys) this.locks.set(key, event.run);
    if (event.type === 'lock.released') for (const [key, run] of this.locks) if (run === event.run) this.locks.delete(key);
    const run = this.runs.get(event.type === 'plan.revised' ? event.plan.run : 'run' in event ? event.run : '');
    if (!run) return;
    switch (event.type) {
      case 'plan.revised': Object.assign(run, { plan: event.plan, steps: new Map() }); run.plans.set(event.plan.epoch, event.plan); break;
      case 'approval.given': if (event.attested !== null) run.attested.add(event.epoch); break;
      case 'run.started': run.started = true; break;
      case 'run.cancelling': run.cancelling = true; break;
      case 'run.resumed': case 'step.retried': case 'run.claimed': run.goneOn += 1; break;
      case 'run.finished': run.outcome = event.outcome; break;
      case 'step.started': run.steps.set(event.step, { attempt: event.attempt, status: 'started', since: seq, open: true, held: false, attempts: (run.steps.get(event.step)?.attempts ?? 0) + 1 }); break;
      case 'step.finished': { const step = run.steps.get(event.step); if (step) Object.assign(step, { open: false, status: event.outcome === 'skipped' ? 'waived' : event.outcome }); this.#takeChanges(event.changes); break; }
      case 'step.waived': { const step = run.steps.get(event.step); if (step) step.status = 'waived'; break; }
      default: break;
    }
  }

  #takeChanges(changes: readonly StateChange[]): void {
    for (const change of changes) {
      if (change.kind !== 'pending') continue;
      const work = `${change.group} ${change.work} ${change.site}`;
      if (change.open) this.pending.add(work); else this.pending.delete(work);
    }
  }

  // ---------------------------------------------------------------- questions to the world

  /** `vm`: the partition's name, which for a rehearsal is not the VM's. */
  instance(vm: VmName, host: HostName): Instance | undefined { return this.world.instances[place(vm, host)]; }
  /** Running, on its way up, or on its way down: it may still write. */
  live(instance: Instance | undefined): boolean { return instance !== undefined && !instance.failed && (instance.power === 'on' || (instance.doing === 'stop' && instance.until > this.at)); }
  /** Up, and not just on its way. */
  running(instance: Instance | undefined): boolean { return instance !== undefined && !instance.failed && instance.power === 'on' && instance.until <= this.at; }
  liveOnes(vm: VmName): Instance[] { return Object.values(this.world.instances).filter((instance) => instance.vm === vm && !instance.shape.rehearsal && this.live(instance)); }
  /** Test VMs of a rehearsal, on these hosts. */
  rehearsalsOn(hosts: readonly HostName[]): Instance[] { return Object.values(this.world.instances).filter(({ shape, host }) => shape.rehearsal && hosts.includes(host)); }
  siteOf(host: HostName): SiteName { return siteOfHost(this.estate, host)?.name ?? host; }
  groupOf(vm: VmName): string { return this.estate.tenants.flatMap(({ vms }) => vms).find(({ name }) => name === vm)!.hostGroup; }
  vmsOf(group: string): VmName[] { return this.estate.tenants.flatMap(({ vms }) => vms).filter(({ hostGroup }) => hostGroup === group).map(({ name }) => name); }
}

/** A step of a run by its id, also one that takes another back. */
export function stepOfRun({ plan }: RunSeen, id: StepId): Pick<Step, 'kind' | 'args' | 'after' | 'whatever' | 'mutates' | 'attemptsMax' | 'entity'> | undefined {
  const planned = [...plan.steps, ...(plan.compensations ?? [])].find((step) => step.id === id);
  if (planned || !id.startsWith('undo-')) return planned;
  const undone = plan.steps.find((step) => step.id === id.slice('undo-'.length));
  return undone && { ...undone, kind: 'start-vm', after: [], mutates: true, attemptsMax: 3 };
}
