import type { Millis } from '../core/names.js';

/** How far readers of the journal have come who hand it on to others; of several nodes one reads at a time. */
export interface Cursors {
  /** The place of a reader, held for `leaseMs` from now on; null while another node holds it. One that never was starts behind `from`. Holding on is calling again in time. */
  hold(reader: string, leaseMs: Millis, from: number): Promise<number | null>;
  /** Everything up to `to` was handed on. Only grows. */
  moved(reader: string, to: number): Promise<void>;
  /** Lets another node go on at once. */
  release(reader: string): Promise<void>;
}
