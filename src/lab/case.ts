import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { duration } from '../runbook/duration.js';
import type { RunbookProblem } from '../runbook/problem.js';

const words = z.string().min(1).max(500);
const fault = z.string().regex(/^[a-z-]+ [A-Za-z0-9_.-]+$/, 'Write the failure and what has it: host-down pbrazos');
const outcomes = z.enum(['succeeded', 'failed', 'unknown']);

/** Keys of what is done otherwise than by a person's line. */
export const reserved: readonly string[] = ['after', 'until', 'fault', 'mend', 'crash'];

const forms = 'Write a line of a person (ana: approve {run}), or one of: after: 5m, until: over | waiting | running | { step: NAME }, fault: host-down pbrazos, mend: host-down pbrazos, crash: true.';

const Act = z.union([
  z.strictObject({ after: duration }),
  z.strictObject({ until: z.union([z.enum(['over', 'waiting', 'running']), z.strictObject({ step: words })]) }),
  z.strictObject({ fault }),
  z.strictObject({ mend: fault }),
  z.strictObject({ crash: z.literal(true) }),
  z.record(z.string().regex(/^[a-z][a-z0-9._-]*$/), words).refine((said) => Object.keys(said).length === 1 && !reserved.includes(Object.keys(said)[0]!), forms),
], forms);

const Then = z.strictObject({
  /** Of the run that the last line was about. */
  status: z.enum(['proposed', 'rejected', 'withdrawn', 'expired', 'granted', 'running', 'held', 'parked', 'cancelling', 'succeeded', 'exceptions', 'failed', 'cancelled']).optional(),
  /** Where each VM runs in the simulated world, by site; none: nowhere. */
  vms: z.record(z.string(), z.string()).optional(),
  /** What becomes of steps, by id. */
  steps: z.record(z.string(), z.enum(['pending', 'started', 'done', 'failed', 'unknown', 'skipped'])).optional(),
  /** Steps that ended one after the other. */
  order: z.array(words).min(2).optional(),
  /** Words that the answer to the last line holds. */
  answer: words.optional(),
  /** Words among the run's exceptions. */
  exceptions: z.array(words).optional(),
  /** Actions of the estate that were asked for, in order: `balancer to=service_provider`. */
  actions: z.array(words).optional(),
  /** Work that is left to do: `cleanup customerA`. */
  pending: z.array(words).optional(),
  /** How many changes the simulated world went through since `when` began. */
  changes: z.number().int().min(0).optional(),
});

const Case = z.strictObject({
  name: words,
  given: z.strictObject({
    /** An estate file, beside this one; otherwise the estate in use. It is simulated in any case. */
    estate: z.string().min(1).optional(),
    /** false: nothing has been discovered yet. */
    ready: z.boolean().default(true),
    faults: z.array(fault).default([]),
    /** What each action answers, one after the other; then always `succeeded`. */
    actions: z.record(z.string(), z.array(outcomes)).default({}),
    /** Lifeboat watches the estate and proposes by itself. */
    monitor: z.boolean().default(false),
  }).prefault({}),
  when: z.array(Act).min(1),
  // oxlint-disable-next-line unicorn/no-thenable -- given, when, then
  then: Then,
});
export type RunbookCase = z.infer<typeof Case>;
export type CaseAct = z.infer<typeof Act>;
const Cases = z.strictObject({ tests: z.array(Case).min(1) });

/** Reads a file of runbook tests strictly. */
export function readCases(text: string, file: string): { readonly ok: true; readonly cases: readonly RunbookCase[] } | { readonly ok: false; readonly problems: readonly RunbookProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) return { ok: false, problems: document.errors.map((error) => ({ file, line: lines.linePos(error.pos[0]).line, rule: null, what: `This is not YAML: ${error.message.split('\n')[0]}`, remedy: 'Mend the line.' })) };
  const read = Cases.safeParse(document.toJS());
  if (read.success) return { ok: true, cases: read.data.tests };
  return { ok: false, problems: read.error.issues.map((issue) => {
    const path = issue.path.filter((each): each is string | number => typeof each !== 'symbol');
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    return { file, line: node?.range ? lines.linePos(node.range[0]).line : null, rule: null, what: `${path.join('.') || 'tests'}: ${issue.message}`, remedy: 'Correct it; docs/runbooks.md has examples.' };
  }) };
}
