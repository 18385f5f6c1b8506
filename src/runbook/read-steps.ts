import type { z } from 'zod';
import { didYouMean } from '../core/nearest.js';
import { holdsSecret } from '../core/redact.js';
import type { OnFailure, RunbookStep, StepBody, StepKindName } from './runbook.js';
import { stepKindNames, stepSchema } from './step-schema.js';

export type Path = readonly (string | number)[];
export type Say = (path: Path, what: string, remedy: string) => void;
/** Where a step stands in its file. */
export type LineAt = (path: Path) => number | null;

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a list of steps strictly; problems go to `say`, and what is wrong is left out. */
export function readSteps(raw: readonly unknown[], path: Path, say: Say, lineAt: LineAt): RunbookStep[] {
  return raw.flatMap((each, index) => readStep(each, [...path, index], say, lineAt) ?? []);
}

function readStep(raw: unknown, path: Path, say: Say, lineAt: LineAt): RunbookStep | null {
  const known = stepKindNames.join(', ');
  if (!isMap(raw)) {
    say(path, 'A step is a group of attributes.', `Begin it with one of: ${known}.`);
    return null;
  }
  const kinds = stepKindNames.filter((kind) => kind in raw);
  const kind = kinds[0];
  if (kind === undefined || kinds.length > 1) {
    say(path, kind === undefined ? `This step has no kind.${didYouMean(Object.keys(raw)[0] ?? '', stepKindNames)}` : `This step is of two kinds: ${kinds.join(' and ')}.`, `Each step has one of: ${known}.`);
    return null;
  }
  const parsed = stepSchema(kind).safeParse(raw);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) tellIssue(issue, path, kind, say);
    return null;
  }
  const value = parsed.data as Record<string, unknown>;
  for (const text of textsOf(value)) if (holdsSecret(text)) say(path, 'This step holds what looks like a secret.', 'Secrets come from the environment only, in the estate\'s actions as env:NAME. Take it out, and change it if this file was shared.');
  const onFailure: OnFailure | null = Array.isArray(value.onFailure) ? readSteps(value.onFailure, [...path, 'onFailure'], say, lineAt) : ((value.onFailure as OnFailure | undefined) ?? null);
  return {
    id: (value.id as string | undefined) ?? '', says: (value.says as string | undefined) ?? null, timeoutMs: (value.timeout as number | undefined) ?? null, retry: (value.retry as number | undefined) ?? null,
    onFailure, irreversible: value.irreversible === true, line: lineAt(path), ...bodyOf(kind, value, path, say, lineAt),
  };
}

/** The kind's own attributes, after its schema has let them pass. */
function bodyOf(kind: StepKindName, value: Record<string, unknown>, path: Path, say: Say, lineAt: LineAt): StepBody {
  const own = value[kind] as never;
  const steps = (key: string): RunbookStep[] => readSteps((value[key] as unknown[] | undefined) ?? [], [...path, key], say, lineAt);
  switch (kind) {
    case 'verb': {
      const { dr_type: drType, dr_test: drTest } = (value.with ?? {}) as { dr_type?: 'planned' | 'unplanned'; dr_test?: 'yes' | 'no' };
      return { kind, verb: own, drType: drType ?? null, ...(drTest === 'yes' ? { drTest: true as const } : {}) };
    }
    case 'approval': return { kind, ...(own as { people: number; role: 'operator' | 'approver'; text: string }) };
    case 'ask': {
      const { role, text, form } = own as { role: 'viewer' | 'operator' | 'approver'; text: string; form: { name: string; label: string; pattern?: string; required: boolean }[] };
      return { kind, role, text, form: form.map((field) => ({ ...field, pattern: field.pattern ?? null })) };
    }
    case 'notify': return { kind, ...(own as { to: 'channel' | 'contacts'; text: string }) };
    case 'wait': {
      const { time, until, event, owner } = own as { time?: number; until?: never; event?: string; owner?: 'viewer' | 'operator' | 'approver' };
      return { kind, owner: owner ?? null, for: time !== undefined ? { kind: 'time', ms: time } : event !== undefined ? { kind: 'event', event } : { kind: 'condition', condition: until! } };
    }
    case 'check': return { kind, condition: own };
    case 'parallel': return { kind, limit: (value.limit as number | undefined) ?? null, branches: (own as unknown[][]).map((branch, index) => readSteps(branch, [...path, 'parallel', index], say, lineAt)) };
    case 'foreach': return { kind, over: own, limit: (value.limit as number | undefined) ?? null, steps: steps('do') };
    case 'when': return { kind, condition: own, steps: steps('do'), otherwise: steps('otherwise') };
    case 'call': return { kind, runbook: own };
    default: return { kind, action: own, parameters: (value.with as Record<string, string> | undefined) ?? {} };
  }
}

export function tellIssue(issue: z.core.$ZodIssue, path: Path, what: string, say: Say): void {
  const inside = issue.path.filter((each): each is string | number => typeof each !== 'symbol');
  const at = [...path, ...inside];
  if (issue.code === 'unrecognized_keys') for (const key of issue.keys) say([...at, key], `'${key}' is not known in ${inside.join('.') || what}.`, 'Correct the name or take the line out; lifeboat runbook schema lists what there is.');
  else if (issue.code === 'invalid_type' && issue.input === undefined) say(at, `'${inside.join('.') || what}' is missing.`, 'Add it.');
  else say(at, `${inside.join('.') || what}: ${issue.message.replace(/\.$/, '')}.`, 'Correct the value.');
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) yield* textsOf(each);
}
