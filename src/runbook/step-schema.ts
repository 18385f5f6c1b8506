import { z } from 'zod';
import { verbs } from '../core/plan.js';
import { Condition } from './condition.js';
import { duration } from './duration.js';
import type { StepKindName } from './runbook.js';

const identifier = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'Use lower-case letters, digits and dashes, at most 31.');
const text = z.string().min(1).max(500);
const role = z.enum(['viewer', 'operator', 'approver']);
const parameter = z.string().regex(/^[a-z][a-z0-9_]{0,30}$/, 'Use lower-case letters, digits and underscores.');
/** Steps inside a step; read one by one, so that each problem has its place. */
export const stepsTitle = 'steps';
export const nested = z.array(z.unknown()).min(1, 'At least one step.').meta({ title: stepsTitle });

/** Attributes beside the kind's own. */
const commonShape = {
  id: identifier.optional(),
  /** Own words for the plan. */
  says: text.optional(),
  timeout: duration.optional(),
  /** Tries after the first. */
  retry: z.number().int().min(0).max(10).optional(),
  onFailure: z.union([z.enum(['stop', 'warn', 'park']), nested], 'Write stop, warn, park, or a list of steps that make up for it.').optional(),
  irreversible: z.boolean().optional(),
};

const action = (kind: 'http' | 'ssh' | 'command') => ({ [kind]: identifier, with: z.record(parameter, z.string().max(200)).optional() });

/** What each kind takes beside the common attributes; its name is the key that makes it this kind. */
const kindShapes = {
  verb: { verb: z.enum(verbs), with: z.strictObject({ dr_type: z.enum(['planned', 'unplanned']).optional(), dr_test: z.enum(['yes', 'no']).optional() }).optional() },
  approval: { approval: z.strictObject({ people: z.number().int().min(1).max(5).default(1), role: z.enum(['operator', 'approver']).default('approver'), text }) },
  ask: {
    ask: z.strictObject({
      role: role.default('operator'), text,
      form: z.array(z.strictObject({ name: parameter, label: z.string().min(1).max(80), pattern: z.string().max(200).refine(isPattern, 'This is not a regular expression.').optional(), required: z.boolean().default(true) })).max(8).default([]),
    }),
  },
  notify: { notify: z.strictObject({ to: z.enum(['channel', 'contacts']).default('channel'), text }) },
  wait: {
    wait: z.union([
      z.strictObject({ time: duration, owner: role.optional() }),
      z.strictObject({ until: Condition, owner: role.optional() }),
      z.strictObject({ event: z.string().regex(/^[A-Z][A-Z0-9_]*$/), owner: role.optional() }),
    ], 'Write { time: 5m }, { until: { a condition } } or { event: HOST_FAILURE }, each with its owner.'),
  },
  check: { check: Condition },
  parallel: { parallel: z.array(nested).min(2, 'At least two branches.').max(20), limit: z.number().int().min(1).max(20).optional() },
  foreach: { foreach: z.enum(['vm', 'host_group', 'host']), limit: z.number().int().min(1).max(100).optional(), do: nested },
  when: { when: Condition, do: nested, otherwise: nested.optional() },
  call: { call: identifier },
  http: action('http'),
  ssh: action('ssh'),
  command: action('command'),
} as const satisfies Record<StepKindName, z.ZodRawShape>;

export const stepKindNames = Object.keys(kindShapes) as StepKindName[];
/** Those that only hold others, which have times and consequences of their own: what would mean nothing here is refused, not passed over. */
const holders: readonly StepKindName[] = ['parallel', 'foreach', 'when', 'call'];
function commonOf(kind: StepKindName): z.ZodRawShape {
  const { id, says, irreversible, ...times } = commonShape;
  if (holders.includes(kind)) return { id, says };
  // The controller itself knows which of its steps cannot be undone.
  return kind === 'verb' ? { id, says, ...times } : { id, says, irreversible, ...times };
}

/** One step of one kind, strictly. */
export const stepSchema = (kind: StepKindName): z.ZodObject => z.strictObject({ ...commonOf(kind), ...kindShapes[kind] });

function isPattern(source: string): boolean {
  try { return new RegExp(source, 'u') instanceof RegExp; } catch { return false; }
}
