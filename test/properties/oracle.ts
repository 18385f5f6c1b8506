import type { Estate } from '../../src/core/estate.js';
import type { JournalEntry } from '../../src/core/event.js';
import type { PersonName, RunId } from '../../src/core/names.js';
import type { EffectLine } from '../../src/drivers/estate/simulated/world/model.js';
import { brokenPromises } from '../../src/lab/promises.js';
import type { Clock } from '../../src/ports/clock.js';
import type { LabNode } from '../scenarios/lab/lab.js';
import { Approvals } from '../sim/oracle/approvals.js';

/** The simulation's oracle of approvals, and nobody runs twice. */
export class Oracle {
  readonly #broken: string[] = [];
  readonly #approvals: Approvals;

  constructor(estate: Estate, clock: Pick<Clock, 'now'>) { this.#approvals = new Approvals(estate, clock, (_property, words) => { this.#broken.push(words); }); }

  get log(): readonly JournalEntry[] { return this.#approvals.log; }
  pressed(who: PersonName, run: RunId, epoch: number): void { this.#approvals.pressed(who, run, epoch); }
  watch(node: LabNode): void { this.#approvals.watch(node); }
  wrote(entries: JournalEntry[]): JournalEntry[] {
    for (const entry of entries) this.#approvals.entry(entry);
    return entries;
  }
  broken(effects: readonly EffectLine[], entries: readonly JournalEntry[]): string[] {
    for (const line of effects) this.#approvals.effect(line);
    this.#approvals.end(entries);
    return [...new Set([...this.#broken, ...brokenPromises(effects)])];
  }
}
