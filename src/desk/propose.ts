import { runStream } from '../core/event.js';
import type { Actor, IncidentId, RunId, SiteName } from '../core/names.js';
import type { Tenant } from '../core/estate.js';
import type { Operation, Plan } from '../core/plan.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import { decideUntil, type StartWindow } from '../core/start-window.js';
import { nextRun, type State } from '../core/state.js';
import type { PlanRefusal } from '../ports/controller.js';
import { JournalError } from '../ports/journal.js';
import { entry, record, type DeskParts } from './parts.js';
import { makePlan } from './planning.js';

export type Proposed =
  | { readonly kind: 'proposed' | 'started'; readonly run: RunId }
  /** The same thing is open already: one run, not two. */
  | { readonly kind: 'open-already'; readonly run: RunId }
  | { readonly kind: 'refused'; readonly refusal: PlanRefusal };

const sameOperation = (a: Operation, b: Operation): boolean => a.verb === b.verb && a.tenant === b.tenant && a.from === b.from && a.to === b.to && a.drType === b.drType && a.drTest === b.drTest && a.scope.class === b.scope.class && a.scope.name === b.scope.name && a.targetHost === b.targetHost && a.inPlace === b.inPlace && a.validateOnly === b.validateOnly;

/** An open run that already wants exactly this. */
const openTwin = (state: State, operation: Operation): RunState | undefined => [...state.runs.values()].find((run) => !isTerminal(run.status) && sameOperation(run.plan.operation, operation));

/**
 * Plan, write it down, and start it at once where its gate needs nobody. `asked`: the run that has been asked for already, if any, open or over. It is looked for again
 * before each try, since another node may have asked while this one planned or stood still.
 */
export async function propose(parts: DeskParts, operation: Operation, by: Actor, because: { incident: IncidentId | null; reason: string | null; runbook?: string; window?: StartWindow }, asked: (state: State) => RunState | undefined = () => undefined): Promise<Proposed> {
  for (;;) {
    const twin = openTwin(parts.live.current, operation) ?? asked(parts.live.current);
    if (twin) return { kind: 'open-already', run: twin.plan.run };
    const run = nextRun(parts.live.current);
    const planned = await makePlan(parts, operation, { run, epoch: 1, requestedBy: by, ...because });
    if (!planned.ok) return { kind: 'refused', refusal: planned.refusal };
    try {
      await writeProposal(parts, planned.plan, by);
    } catch (error) {
      // Another proposal took this number first: ask again with the next one.
      if (error instanceof JournalError && error.code === 'conflict') continue;
      throw error;
    }
    if (planned.plan.gate.people > 0) return { kind: 'proposed', run };
    await startRun(parts, run, 1);
    return { kind: 'started', run };
  }
}

async function writeProposal(parts: DeskParts, plan: Plan, by: Actor): Promise<void> {
  const stream = runStream(plan.run);
  const expiresAt = plan.gate.people > 0 ? decideUntil(plan, plan.createdAt) : null;
  const entries = [entry(stream, plan.tenant, by, { type: 'plan.proposed', plan, expiresAt })];
  if (plan.because.incident !== null) entries.push(entry('incidents', plan.tenant, by, { type: 'incident.proposed', incident: plan.because.incident, run: plan.run }));
  if (plan.gate.people === 0) entries.push(entry(stream, plan.tenant, by, { type: 'plan.granted', run: plan.run, epoch: plan.epoch, digest: plan.digest, by: [] }));
  await record(parts, entries, { [stream]: 0 });
}

/** A granted run that could not be started here is started by the sweep: the grant in the journal is what counts. */
export async function startRun(parts: Pick<DeskParts, 'runs' | 'log'>, run: RunId, epoch: number): Promise<void> {
  try {
    await parts.runs.start(run, epoch);
  } catch (error) {
    parts.log('a granted run was not started at once; the sweep will start it', { run, epoch, error: error instanceof Error ? error.message : String(error) });
  }
}

/** A run of this tenant that was asked for because of the same incident or for the same reason, open or over. */
export const forSame = (because: { readonly incident?: IncidentId; readonly reason?: string }, tenant: Tenant) => ({ runs }: State, from?: SiteName): RunState | undefined => [...runs.values()].find(({ plan }) =>
  plan.tenant === tenant.name && (from === undefined || plan.operation.from === from) && (because.incident === undefined || plan.because.incident === because.incident) && (because.reason === undefined || plan.because.reason === because.reason));
