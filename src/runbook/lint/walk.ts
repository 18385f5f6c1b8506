import type { Runbook, RunbookStep } from '../runbook.js';

/** A step, and what has surely been done when its turn comes. */
export interface Met { readonly step: RunbookStep; /** In order; steps of other branches and of a `when` are not among them. */ readonly before: readonly RunbookStep[]; /** Names that foreach has given. */ readonly items: readonly string[] }

function standingAt(step: RunbookStep, line: RunbookStep['line']): RunbookStep {
  const all = (steps: readonly RunbookStep[]): RunbookStep[] => steps.map((each) => standingAt(each, line));
  const here = { ...step, line, ...(typeof step.onFailure === 'string' || step.onFailure === null ? {} : { onFailure: all(step.onFailure) }) };
  switch (here.kind) {
    case 'parallel': return { ...here, branches: here.branches.map(all) };
    case 'foreach': return { ...here, steps: all(here.steps) };
    case 'when': return { ...here, steps: all(here.steps), otherwise: all(here.otherwise) };
    default: return here;
  }
}

/** Every step of a runbook with those of the runbooks that it calls, in order. */
export function walk(runbook: Pick<Runbook, 'name' | 'steps'>, all: ReadonlyMap<string, Pick<Runbook, 'name' | 'steps'>>): Met[] {
  const met: Met[] = [];
  const sequence = (steps: readonly RunbookStep[], before: readonly RunbookStep[], items: readonly string[], calls: readonly string[]): RunbookStep[] => {
    const surely: RunbookStep[] = [];
    for (const step of steps) {
      const known = [...before, ...surely];
      met.push({ step, before: known, items });
      surely.push(step, ...insideOf(step, known, items, calls));
    }
    return surely;
  };
  const insideOf = (step: RunbookStep, known: readonly RunbookStep[], items: readonly string[], calls: readonly string[]): RunbookStep[] => {
    if (typeof step.onFailure !== 'string' && step.onFailure !== null) sequence(step.onFailure, known, items, calls);
    switch (step.kind) {
      case 'parallel': return step.branches.flatMap((branch) => sequence(branch, known, items, calls));
      case 'foreach': return sequence(step.steps, known, [...items, ...(step.over === 'vm' ? ['vm', 'host', 'host_group'] : [step.over])], calls);
      case 'when':
        sequence(step.steps, known, items, calls);
        sequence(step.otherwise, known, items, calls);
        return [];
      case 'call': {
        const called = all.get(step.runbook);
        // A problem inside is told at the line of the file that calls.
        return called === undefined || calls.includes(called.name) ? [] : sequence(called.steps.map((each) => standingAt(each, step.line)), known, items, [...calls, called.name]);
      }
      default: return [];
    }
  };
  sequence(runbook.steps, [], [], [runbook.name]);
  return met;
}
