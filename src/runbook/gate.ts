import { z } from 'zod';
import { glassRules } from '../core/glass.js';
import type { GateRules } from '../core/gate.js';
import { toMs } from './duration.js';

const duration = z.string().regex(/^\d+[smh]$/, 'Write a whole number and s, m or h, such as 30m.').transform(toMs);
const some = z.number().int().min(1).max(5);
const quality = z.enum(['team', 'site']);

/** The `gate:` part of a runbook as people write it (docs/approvals.md). */
export const RawGate = z.strictObject({
  /** Distinct people behind it: who asks and who approves together. 0: runs at once. */
  people: z.number().int().min(0).max(5),
  role: z.enum(['operator', 'approver']).default('approver'),
  roles: z.strictObject({ viewer: some.optional(), operator: some.optional(), approver: some.optional() }).optional(),
  diverse: z.union([quality, z.strictObject({ by: quality, count: z.number().int().min(2).max(5) })], 'Write team, site, or { by: team, count: 3 }.').optional(),
  deny: some.optional(),
  reason: z.literal('required', 'Write required, or leave it out.').optional(),
  backups: z.array(z.string().regex(/^[a-z][a-z0-9._-]{0,30}$/, 'Write names of people of the estate.')).min(1).optional(),
  number_matching: z.boolean().optional(),
  typed_target: z.boolean().optional(),
  break_glass: z.array(z.enum(glassRules)).min(1).optional(),
  expires: duration.default(1_800_000),
}).superRefine((raw, context) => {
  if (raw.people > 0) return;
  for (const key of ['roles', 'diverse', 'deny', 'reason', 'backups', 'number_matching', 'typed_target', 'break_glass'] as const) if (raw[key] !== undefined) context.addIssue({ code: 'custom', path: [key], message: 'Nobody is asked where people is 0: this would mean nothing.' });
});
export type RawGate = z.infer<typeof RawGate>;

/** What is not said stays out, so that a runbook without an option has the digest it always had. */
export function readGate({ people, role, roles, diverse, deny, reason, backups, number_matching: numberMatching, typed_target: typedTarget, break_glass: breakGlass, expires }: RawGate): GateRules {
  const seats = (['approver', 'operator', 'viewer'] as const).flatMap((each) => (roles?.[each] === undefined ? [] : [{ role: each, count: roles[each] }]));
  return {
    people, role, expiresInMs: expires,
    ...(seats.length > 0 ? { seats } : {}),
    ...(diverse === undefined ? {} : { diverse: typeof diverse === 'string' ? { by: diverse, count: 2 } : diverse }),
    ...(deny === undefined || deny === 1 ? {} : { deny }),
    ...(reason === undefined ? {} : { reason }),
    ...(backups === undefined ? {} : { backups }),
    ...(numberMatching ? { numberMatching } : {}),
    ...(typedTarget ? { typedTarget } : {}),
    ...(breakGlass === undefined ? {} : { breakGlass }),
  };
}
