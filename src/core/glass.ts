import type { Millis, PersonName } from './names.js';

/** Rules of a gate that a runbook may allow to be broken by name (invariant 38). Nothing else ever is. */
export const glassRules = ['no-second-person', 'no-diversity', 'freeze'] as const;
export type GlassRule = (typeof glassRules)[number];

/** What somebody broke in an emergency, why, and until when it holds. */
export interface BrokenGlass { readonly rules: readonly GlassRule[]; readonly by: PersonName; readonly reason: string; readonly at: Millis; readonly expiresAt: Millis }

/** Long enough to start a run and to pass its first steps; not a second way of working. */
export const glassLifeMs: Millis = 15 * 60_000;
