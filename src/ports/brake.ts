import type { Actor, RunId } from '../core/names.js';

/**
 * Hold that works without the journal: a full disk or a dead database must not take away the way to stop. It stops new steps on this node at once;
 * the desk journals the hold as soon as that is possible.
 */
export interface Brake {
  hold(run: RunId, by: Actor, reason: string | null): void;
  release(run: RunId): void;
  held(run: RunId): { readonly by: Actor; readonly reason: string | null } | null;
  all(): readonly RunId[];
}
