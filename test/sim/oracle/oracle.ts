import type { Estate } from '../../../src/core/estate.js';
import type { JournalEntry, PendingKind } from '../../../src/core/event.js';
import type { Millis, PersonName, RunId, SiteName } from '../../../src/core/names.js';
import type { EffectLine } from '../../../src/drivers/estate/simulated/world/model.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { LabNode } from '../../scenarios/lab/lab.js';
import { readKey } from '../keys.js';
import { Approvals } from './approvals.js';
import { data } from './data.js';
import type { Family } from './family.js';
import { identity } from './identity.js';
import { inside } from './inside.js';
import { locks } from './locks.js';
import { order } from './order.js';
import { records } from './records.js';
import { rehearsals } from './rehearsals.js';
import { Seen } from './seen.js';
import { verdicts } from './verdicts.js';

export interface Broken { readonly property: string; readonly words: string }

/** Outside the engine: reads the world's own log and the journal, never what the product makes of them. */
export class Oracle {
  readonly broken: Broken[] = [];
  readonly #seen: Seen;
  readonly #families: readonly Family[];
  readonly #approvals: Approvals;

  constructor(estate: Estate, clock: Pick<Clock, 'now'>, private readonly estateNow: () => Millis) {
    this.#seen = new Seen(estate);
    const broke = (property: string, words: string): void => this.broke(property, words);
    this.#approvals = new Approvals(estate, clock, broke);
    this.#families = [identity, inside, rehearsals, data, order, verdicts, locks, records].map((make) => make(this.#seen, broke));
  }

  broke(property: string, words: string): void { if (!this.broken.some((each) => each.property === property && each.words === words)) this.broken.push({ property, words }); }
  production(group: string): SiteName { return this.#seen.production.get(group)!; }
  /** Whether the journal says that this is left to do. */
  isPending(group: string, work: PendingKind, site: SiteName): boolean { return this.#seen.pending.has(`${group} ${work} ${site}`); }
  pressed(who: PersonName, run: RunId, epoch: number): void { this.#approvals.pressed(who, run, epoch); }
  watch(node: LabNode): void { this.#approvals.watch(node); }
  clockSet(byMs: Millis): void { this.#approvals.clockSet(byMs); }
  quiet(): void { for (const family of this.#families) family.quiet?.(); }

  effect(line: EffectLine): void {
    this.#seen.at = line.at;
    const key = readKey(line.key);
    const run = key && this.#seen.runs.get(key.run);
    const of = key && run ? { key, run } : null;
    for (const family of this.#families) family.beforeEffect?.(line, of);
    this.#seen.takeEffect(line);
    for (const family of this.#families) family.afterEffect?.(line, of);
    this.#approvals.effect(line);
  }

  entry(entry: JournalEntry): void {
    this.#seen.at = this.estateNow();
    for (const family of this.#families) family.beforeEntry?.(entry);
    this.#seen.takeEntry(entry);
    for (const family of this.#families) family.afterEntry?.(entry);
    this.#approvals.entry(entry);
  }

  async end(entries: readonly JournalEntry[], chainHolds: boolean): Promise<void> {
    this.#seen.at = this.estateNow();
    if (!chainHolds) this.broke('45-chain', 'the chain of the journal is broken');
    for (const family of this.#families) family.end?.(entries);
    this.#approvals.end(entries);
  }
}
