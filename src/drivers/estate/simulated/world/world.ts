import type { Estate } from '../../../../core/estate.js';
import type { Millis } from '../../../../core/names.js';
import { DriverError } from '../../../../ports/world.js';
import { SimulatedArrays } from './array.js';
import { faultKinds, faultTargets, isFaultKind } from './faults.js';
import { SimulatedHmcs } from './hmc.js';
import { fileStore, WorldLog, type EffectStore } from './log.js';
import type { World } from './model.js';

/** The simulated estate: its HMCs and arrays change it through one append-only effect log, from which a new process rebuilds it. */
export class SimulatedWorld {
  readonly #log: WorldLog;
  readonly hmcs: SimulatedHmcs;
  readonly arrays: SimulatedArrays;

  /** `store`: where the log is kept, or the name of its file. */
  constructor(store: EffectStore | string, wallNow: () => Millis = Date.now) {
    this.#log = new WorldLog(typeof store === 'string' ? fileStore(store) : store, wallNow);
    this.hmcs = new SimulatedHmcs(this.#log);
    this.arrays = new SimulatedArrays(this.#log, this.hmcs);
  }

  get world(): World { return this.#log.world; }
  get rate(): number { return this.#log.rate; }
  /** Estate time. */
  now(): Millis { return this.#log.now(); }

  configure(estate: Estate): void {
    if (JSON.stringify(this.world.estate) !== JSON.stringify(estate)) this.#log.commit({ op: 'configured', estate }, null);
  }

  inject(fault: string, target: string): void {
    if (!isFaultKind(fault)) throw new DriverError('refused', `There is no fault '${fault}'. Known: ${faultKinds.join(', ')}.`);
    const targets: readonly string[] = faultTargets[fault](this.#log.estate);
    if (!targets.includes(target)) throw new DriverError('not-found', `'${target}' cannot have ${fault}. Known: ${targets.join(', ') || 'nothing in this estate'}.`);
    if (!this.#log.has(fault, target)) this.#log.commit({ op: 'fault', fault, target }, null);
  }
  revert(fault: string, target: string): void {
    if (this.#log.has(fault, target)) this.#log.commit({ op: 'reverted', fault, target }, null);
  }
  faultKinds(): { fault: string; targets: readonly string[] }[] { return faultKinds.map((fault) => ({ fault, targets: faultTargets[fault](this.#log.estate) })); }
}
