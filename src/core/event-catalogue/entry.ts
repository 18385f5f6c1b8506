import type { EntityClass, Severity } from '../dr-event.js';

/** Who raises it. */
export type EventOrigin = 'KSYS' | 'KSYS for cloud' | 'LifeKeeper for Windows' | 'LifeKeeper trap' | 'everRun trap' | 'Anvil' | 'Lifeboat';

/** A kind of event: what it means, and what people do about it. */
export interface EventEntry {
  /** As it stands in records: `HOST_FAILURE`, `LIFEKEEPER_355`, `EVERRUN_21`. */
  readonly name: string;
  readonly origin: EventOrigin;
  /** Ours where the sources contradict themselves. */
  readonly severity: Severity;
  readonly entityClass: EntityClass;
  readonly means: string;
  /** null: nothing is to be done. */
  readonly reaction: string | null;
}

type Row = readonly [name: string, severity: Severity, entityClass: EntityClass, means: string, reaction: string | null];
export const rows = (origin: EventOrigin, list: readonly Row[]): EventEntry[] => list.map(([name, severity, entityClass, means, reaction]) => ({ name, origin, severity, entityClass, means, reaction }));
