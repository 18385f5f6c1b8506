import type { Millis } from './names.js';
import type { Step, Verb } from './plan.js';
import { isTerminal } from './run-state.js';
import type { State } from './state.js';

type Told = Pick<Step, 'kind' | 'entity' | 'says' | 'estimateMs'>;

/** What a runbook does itself is one and the same where it says the same: two waits or two actions have nothing in common but their kind. */
const ownKey = ({ kind, entity, says }: Told): string => (entity.class === 'runbook' ? `${kind}: ${says}` : `${kind}:${entity.class}:${entity.name}`);

/** How long steps took so far. */
export interface History {
  /** Estate time that this step will take: as it took on this entity, else as its kind took, else as the model says. */
  durationMs(step: Told): Millis;
  /** Runs that were looked at. */
  readonly runs: number;
}

const runsMax = 20;
/** A kind counts for entities that it never met from this many samples on. */
const samplesMin = 3;

/** Learned from the newest runs of a verb that are over: medians, so that one bad night does not count for ever. */
export function historyOf(state: State, verb: Verb): History {
  const rate = state.estate?.clockRate ?? 1;
  const samples = new Map<string, Millis[]>();
  const runs = [...state.runs.values()].filter((run) => run.plan.operation.verb === verb && run.startedAt !== null && isTerminal(run.status)).slice(-runsMax);
  for (const run of runs) {
    for (const planned of run.plan.steps) {
      const step = run.steps.get(planned.id);
      if (step?.status !== 'done' || step.startedAt === null || step.finishedAt === null) continue;
      const tookMs = (step.finishedAt - step.startedAt) * rate;
      for (const key of [...(planned.entity.class === 'runbook' ? [] : [planned.kind]), ownKey(planned)]) {
        const list = samples.get(key);
        if (list) list.push(tookMs); else samples.set(key, [tookMs]);
      }
    }
  }
  const medians = new Map([...samples].map(([key, list]) => [key, { ms: list.toSorted((a, b) => a - b)[list.length >> 1]!, count: list.length }]));
  return {
    runs: runs.length,
    durationMs(step) {
      const { kind, estimateMs } = step;
      const own = medians.get(ownKey(step));
      const ofKind = medians.get(kind);
      return own?.ms ?? (ofKind && ofKind.count >= samplesMin ? ofKind.ms : estimateMs);
    },
  };
}
