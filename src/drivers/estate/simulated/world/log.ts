import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Estate } from '../../../../core/estate.js';
import type { Millis } from '../../../../core/names.js';
import { DriverError } from '../../../../ports/world.js';
import { apply } from './apply.js';
import { emptyWorld, type Effect, type EffectLine, type World } from './model.js';

/** Where the effect log is kept. A line counts from the moment at which `append` returns. */
export interface EffectStore {
  /** Whole lines, in order. */
  read(): readonly string[];
  /** @throws when the line could not be written; then nothing of it stays. */
  append(line: string): void;
}

export function fileStore(file: string): EffectStore {
  mkdirSync(dirname(file), { recursive: true });
  return {
    read() {
      if (!existsSync(file)) return [];
      const text = readFileSync(file, 'utf8');
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      // A torn last line is an effect that nobody was told of: it did not happen.
      if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
      return whole.split('\n').filter(Boolean);
    },
    append(line) {
      const before = existsSync(file) ? statSync(file).size : 0;
      try {
        appendFileSync(file, `${line}\n`);
      } catch (cause) {
        // A torn line in the middle would make the log unreadable.
        if (existsSync(file)) truncateSync(file, before);
        throw cause;
      }
    },
  };
}

export function memoryStore(): EffectStore {
  const lines: string[] = [];
  return { read: () => lines, append: (line) => { lines.push(line); } };
}

/** The world and its one append-only effect log, from which a new process rebuilds it. */
export class WorldLog {
  readonly world: World = emptyWorld();
  #lines = 0;
  #epoch: { wallAt: Millis; rate: number } | null = null;

  constructor(private readonly store: EffectStore, readonly wallNow: () => Millis) {
    for (const line of store.read()) this.#replay(JSON.parse(line) as EffectLine);
  }

  #replay(line: EffectLine): void {
    this.#lines = line.n;
    if (line.effect.op === 'configured') this.#epoch ??= { wallAt: line.wallAt, rate: line.effect.estate.clockRate };
    apply(this.world, line);
  }

  /** Estate time: starts with wall time, runs at the estate's rate, also while no process is up. */
  now(): Millis {
    const wall = this.wallNow();
    return this.#epoch ? Math.round(this.#epoch.wallAt + (wall - this.#epoch.wallAt) * this.#epoch.rate) : wall;
  }
  get rate(): number { return this.#epoch?.rate ?? 1; }

  get estate(): Estate {
    if (!this.world.estate) throw new DriverError('refused', 'The simulated estate has not been configured yet.');
    return this.world.estate;
  }

  commit(effect: Effect, key: string | null): void {
    const line: EffectLine = { n: this.#lines + 1, at: this.now(), wallAt: this.wallNow(), key, effect };
    try {
      this.store.append(JSON.stringify(line));
    } catch (cause) {
      throw new DriverError('unreachable', `The simulated estate cannot write its log: ${(cause as Error).message}. Nothing happened. Make space; it goes on by itself.`, { cause });
    }
    this.#replay(line);
  }

  /** A change that was taken on under this key already. */
  known(key: string): boolean { return this.world.keys[key] !== undefined; }

  /** Takes on a change once per key. Answers with the estate time at which it is complete. */
  once(key: string, ms: Millis, effect: (until: Millis) => Effect): Millis {
    const known = this.world.keys[key];
    if (known !== undefined) return known;
    const until = this.now() + ms;
    this.commit(effect(until), key);
    return until;
  }

  has(fault: string, target: string): boolean { return this.world.faults.some((each) => each.fault === fault && each.target === target); }
}
