import type { ExternalAction } from '../core/estate.js';

/** What became of an action, as far as its answer tells. `unknown`: it may have happened or not. */
export type ActionOutcome =
  | { readonly kind: 'succeeded' | 'failed'; readonly saw: string }
  | { readonly kind: 'unknown'; readonly saw: string };

/** Runs allow-listed actions of the estate. `saw` is short, and free of secrets. Never throws for an outcome. */
export interface ExternalActions {
  /** `key`: the same for the same step and attempt, for receivers that know idempotency keys. */
  run(action: ExternalAction, parameters: { readonly [name: string]: string }, key: string, signal: AbortSignal): Promise<ActionOutcome>;
}
