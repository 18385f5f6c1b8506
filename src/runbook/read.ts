import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { sha256, verbs } from '../core/plan.js';
import { RawGate, readGate } from './gate.js';
import type { Runbook } from './runbook.js';

export interface RunbookProblem { readonly file: string; readonly line: number | null; readonly what: string; readonly remedy: string }
export class RunbookProblems extends Error {
  override readonly name = 'RunbookProblems';
  constructor(readonly problems: readonly RunbookProblem[]) { super(problems.map(({ file, line, what, remedy }) => `${file}${line === null ? '' : `:${line}`}: ${what} ${remedy}`).join('\n')); }
}

const RawRunbook = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'Use lower-case words joined by dashes.'),
  title: z.string().min(1).max(80),
  when: z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'Write the event as IBM does, such as HOST_FAILURE.')).default([]),
  gate: RawGate,
  steps: z.array(z.strictObject({ verb: z.enum(verbs), with: z.strictObject({ dr_type: z.enum(['planned', 'unplanned']).optional() }).default({}) })).length(1, 'One step with a controller verb.'),
}).superRefine((raw, context) => {
  const verb = raw.steps[0]?.verb;
  const gated = verb !== undefined && verb !== 'discover' && verb !== 'verify';
  // DESIGN.md section 6: two distinct people stand behind everything that changes a site; a runbook may only ask for more.
  if (gated && raw.gate.people < 2) context.addIssue({ code: 'custom', path: ['gate', 'people'], message: `'${verb}' changes a site: two people at least stand behind it.` });
});

/** Reads one runbook file strictly. */
export function readRunbook(text: string, file: string): { ok: true; runbook: Runbook } | { ok: false; problems: RunbookProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) return { ok: false, problems: document.errors.map((error) => ({ file, line: lines.linePos(error.pos[0]).line, what: `This is not YAML: ${error.message.split('\n')[0]}`, remedy: 'Mend the line.' })) };
  const raw = RawRunbook.safeParse(document.toJS());
  if (!raw.success) {
    return { ok: false, problems: raw.error.issues.map((issue) => {
      const node = document.getIn(issue.path.filter((each): each is string | number => typeof each !== 'symbol'), true) as { range?: [number, number, number] } | undefined;
      return { file, line: node?.range ? lines.linePos(node.range[0]).line : null, what: `${issue.path.join('.') || 'runbook'}: ${issue.message}`, remedy: 'Correct the value, then start again.' };
    }) };
  }
  const { name, title, when, gate, steps } = raw.data;
  return { ok: true, runbook: { name, title, when, verb: steps[0]!.verb, drType: steps[0]!.with.dr_type ?? null, gate: readGate(gate), version: sha256(text).slice(0, 12) } };
}

/** All runbooks of a folder, or the list of everything wrong with them. @throws RunbookProblems */
export function loadRunbooks(folder: string): Runbook[] {
  const read = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)).toSorted().map((name) => readRunbook(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
  const problems = read.flatMap((each) => (each.ok ? [] : each.problems));
  if (problems.length > 0) throw new RunbookProblems(problems);
  return read.flatMap((each) => (each.ok ? [each.runbook] : []));
}
