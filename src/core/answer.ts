import type { Person } from './estate.js';
import type { Json, RunId, Surface } from './names.js';
import type { Plan } from './plan.js';

/** ksysmgr's: 0 success, 1 error, 2 not found, 3 missing input, 4 incorrect input (reference/ksys.md 3.1). */
export type ExitStatus = 0 | 1 | 2 | 3 | 4;

/** Who speaks, after the surface proved it and the link named the person. */
export interface Caller { readonly person: Person; readonly surface: Surface; /** A passkey of the person confirmed it within the last five minutes, here. */ readonly steppedUp?: true }

export interface LabelValue { readonly label: string; readonly value: string | readonly string[] }

/** What the desk answers, without markup: every surface renders it, `--json` prints `json`. */
export type Answer =
  /** A run was proposed or started, or is asked about. `plan`: with every step. */
  | { readonly kind: 'run'; readonly status: ExitStatus; readonly run: RunId; readonly detail: 'card' | 'plan'; readonly note: string | null }
  /** What would be done, in words. Nothing was asked for and nothing is kept. `command`: the line that asks for it. */
  | { readonly kind: 'dry-run'; readonly status: ExitStatus; readonly plan: Plan; readonly command: string }
  /** Outcome of approve, reject, hold, resume, cancel: also for the late, second and unauthorised one. */
  | { readonly kind: 'decision'; readonly status: ExitStatus; readonly code: string; readonly run: RunId; readonly sentence: string; readonly next: readonly string[] }
  | { readonly kind: 'refusal'; readonly status: ExitStatus; readonly code: string; readonly what: string; readonly next: string; readonly command: string | null; /** Exact lines, where one of several may have been meant; `command` is the first. */ readonly choices?: readonly string[] }
  /** ksysmgr's `Label: value` blocks. */
  | { readonly kind: 'blocks'; readonly status: ExitStatus; readonly title: string; readonly blocks: readonly (readonly LabelValue[])[]; readonly footer: string | null; readonly json: Json }
  | { readonly kind: 'help'; readonly status: ExitStatus; readonly title: string; readonly lines: readonly string[]; readonly examples: readonly string[] }
  | { readonly kind: 'said'; readonly status: ExitStatus; readonly text: string; readonly next: readonly string[]; readonly json: Json };

export const refusal = (status: ExitStatus, code: string, what: string, next: string, command: string | null = null, choices: readonly string[] = []): Answer => ({ kind: 'refusal', status, code, what, next, command, ...(choices.length > 1 ? { choices } : {}) });
