import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { canonical, sha256, verbs, type Verb } from '../core/plan.js';
import { RawGate, readGate } from './gate.js';
import type { RunbookProblem } from './problem.js';
import { readSteps, tellIssue, type Path } from './read-steps.js';
import { allSteps, readingVerbs, type Runbook, type RunbookStep } from './runbook.js';
import { nested } from './step-schema.js';

/** A runbook file as people write it. */
export const RawRunbook = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'Use lower-case words joined by dashes.'),
  title: z.string().min(1).max(80),
  /** Started as `run runbook NAME` only. */
  by_name: z.boolean().default(false),
  when: z.array(z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'Write the event as IBM does, such as HOST_FAILURE.')).default([]),
  gate: RawGate,
  steps: nested,
});

/** A file that has the form of a runbook; `version` and the verb follow when all runbooks are known (`call`). */
export interface RunbookFile { readonly file: string; readonly text: string; readonly runbook: Omit<Runbook, 'verb' | 'drType' | 'version'> }

/** Reads one runbook file strictly: its form, not yet what it calls. */
export function readRunbook(text: string, file: string): { ok: true; read: RunbookFile } | { ok: false; problems: RunbookProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) return { ok: false, problems: document.errors.map((error) => ({ file, line: lines.linePos(error.pos[0]).line, rule: null, what: `This is not YAML: ${error.message.split('\n')[0]}`, remedy: 'Mend the line.' })) };
  const lineAt = (path: Path): number | null => {
    for (let length = path.length; length > 0; length--) {
      const holder = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
      const pair = isMap(holder) ? holder.items.find((item) => isNode(item.key) && String(item.key) === String(path[length - 1])) : undefined;
      const node = pair?.key ?? document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return null;
  };
  const problems: RunbookProblem[] = [];
  const say = (path: Path, what: string, remedy: string): void => { problems.push({ file, line: lineAt(path), rule: null, what, remedy }); };
  const raw = RawRunbook.safeParse(document.toJS());
  if (!raw.success) {
    for (const issue of raw.error.issues) tellIssue(issue, [], 'runbook', say);
    return { ok: false, problems };
  }
  const { name, title, by_name: byName, when, gate, steps } = raw.data;
  const read = withIds(readSteps(steps, ['steps'], say, lineAt));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, read: { file, text, runbook: { name, title, byName, when, gate: readGate(gate), steps: read } } };
}

/** `check`, `check-2`: a step without a name of its own gets one, which stays the same as long as the file does. */
function withIds(steps: readonly RunbookStep[]): RunbookStep[] {
  const taken = new Set(allSteps(steps).map((step) => step.id));
  const name = (step: RunbookStep): RunbookStep => {
    let id = step.id;
    for (let n = 1; id === ''; n++) {
      const wish = `${step.kind === 'verb' ? step.verb : step.kind}${n === 1 ? '' : `-${n}`}`;
      if (!taken.has(wish)) id = wish;
    }
    taken.add(id);
    const onFailure = typeof step.onFailure === 'string' || step.onFailure === null ? step.onFailure : step.onFailure.map(name);
    const named = { ...step, id, onFailure };
    switch (named.kind) {
      case 'parallel': return { ...named, branches: named.branches.map((branch) => branch.map(name)) };
      case 'foreach': return { ...named, steps: named.steps.map(name) };
      case 'when': return { ...named, steps: named.steps.map(name), otherwise: named.otherwise.map(name) };
      default: return named;
    }
  };
  return steps.map(name);
}

const changing: readonly Verb[] = verbs.filter((verb) => !readingVerbs.includes(verb));

/** Joins files to runbooks: what each is about, and a version that changes with whatever it calls. Calls that lead nowhere or in circles are the linter's. */
export function joinRunbooks(files: readonly RunbookFile[]): Runbook[] {
  const byName = new Map(files.map((each) => [each.runbook.name, each]));
  const reached = (file: RunbookFile, seen = new Set<RunbookFile>()): Set<RunbookFile> => {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const step of allSteps(file.runbook.steps)) if (step.kind === 'call' && byName.has(step.runbook)) reached(byName.get(step.runbook)!, seen);
    return seen;
  };
  return files.map((file) => {
    const all = [...reached(file)];
    const verbSteps = all.flatMap(({ runbook }) => allSteps(runbook.steps)).flatMap((step) => (step.kind === 'verb' ? [step] : []));
    const main = verbSteps.find((step) => changing.includes(step.verb)) ?? verbSteps.at(-1);
    return { ...file.runbook, verb: main?.verb ?? 'discover', drType: main?.drType ?? null, ...(main?.drTest ? { drTest: true as const } : {}), version: sha256(all.length === 1 ? file.text : canonical(all.map((each) => each.text))).slice(0, 12) };
  });
}

/** All runbook files of a folder that have the form of one, and what is wrong with the others. */
export function readRunbookFolder(folder: string): { readonly files: RunbookFile[]; readonly problems: RunbookProblem[] } {
  const read = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)).toSorted().map((name) => readRunbook(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
  return { files: read.flatMap((each) => (each.ok ? [each.read] : [])), problems: read.flatMap((each) => (each.ok ? [] : each.problems)) };
}

