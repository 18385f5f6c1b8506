import type { ExternalAction } from '../../core/estate.js';
import type { RunbookFile } from '../read.js';
import { readingVerbs, type RunbookStep } from '../runbook.js';
import { walk, type Met } from './walk.js';

export interface Found { readonly line: number | null; readonly what: string; readonly remedy: string }

/** What a rule looks at: one runbook among all, with the estate's actions where they are known. */
export interface Subject {
  readonly file: RunbookFile;
  readonly all: readonly RunbookFile[];
  readonly actions: ReadonlyMap<string, ExternalAction> | null;
  readonly steps: readonly Met[];
}

/** One thing that must hold for every runbook; it answers with every place where it does not. */
export type Rule = (subject: Subject) => Iterable<Found>;

export function subjectOf(file: RunbookFile, all: readonly RunbookFile[], actions: Subject['actions']): Subject {
  return { file, all, actions, steps: walk(file.runbook, new Map(all.map((each) => [each.runbook.name, each.runbook]))) };
}

export const found = (step: RunbookStep | null, what: string, remedy: string): Found => ({ line: step?.line ?? null, what, remedy });

export const isChangingVerb = (step: RunbookStep): boolean => step.kind === 'verb' && !readingVerbs.includes(step.verb);
/** An action that nobody can look up may change anything. */
export const effectOf = (step: RunbookStep, { actions }: Subject): ExternalAction['effect'] | null =>
  step.kind === 'http' || step.kind === 'ssh' || step.kind === 'command' ? (actions?.get(step.action)?.effect ?? 'changes') : null;
export const changesTheWorld = (step: RunbookStep, subject: Subject): boolean => isChangingVerb(step) || step.irreversible || !['none', null].includes(effectOf(step, subject));
