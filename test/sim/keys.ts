import type { RunId, StepId } from '../../src/core/names.js';

/** The key under which a change was asked for, taken apart: `R-12.1/stop-vm:payroll#1`, or a part of it: `R-12.1/evict-tests:backup#1/clone:HG1`. */
export interface Key { readonly run: RunId; readonly epoch: number; readonly step: StepId; readonly attempt: number }

export function readKey(key: string | null): Key | null {
  const parts = /^(R-\d+)\.(\d+)\/(.+?)#(\d+)(?:\/.+)?$/.exec(key ?? '');
  return parts && { run: parts[1]!, epoch: Number(parts[2]), step: parts[3]!, attempt: Number(parts[4]) };
}

/** `undo-stop-vm:payroll` starts what a stop had stopped. */
export const kindOfStep = (step: StepId): string => step.slice(0, step.indexOf(':'));
export const kindOfKey = (key: string): string | null => { const read = readKey(key); return read && kindOfStep(read.step); };
