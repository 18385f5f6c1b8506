import type { Freeze } from './estate.js';
import type { Millis } from './names.js';
import type { Operation } from './plan.js';

/** An unplanned move and what follows a broken one are never frozen: a disaster does not wait. */
const canWait = ({ verb, drType }: Pick<Operation, 'verb' | 'drType'>): boolean => (verb === 'move' ? drType === 'planned' : verb === 'cleanup' || verb === 'resync');

/** The freeze in which an operation falls now; the one that ends last, where there are several. */
export function freezeOf(freezes: readonly Freeze[], operation: Pick<Operation, 'verb' | 'drType' | 'tenant'>, now: Millis): Freeze | null {
  if (!canWait(operation)) return null;
  return freezes.filter(({ from, to, tenant }) => (tenant === null || tenant === operation.tenant) && Date.parse(from) <= now && now < Date.parse(to)).toSorted((a, b) => Date.parse(b.to) - Date.parse(a.to))[0] ?? null;
}
