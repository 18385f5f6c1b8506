import type { Clock } from '../ports/clock.js';
import { JournalError, type AppendRequest, type Journal } from '../ports/journal.js';
import { DriverError } from '../ports/world.js';
import type { WorldClient } from '../drivers/estate/simulated/client.js';
import { isChange } from '../drivers/estate/simulated/world/calls.js';

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** One Lifeboat process in virtual time: it can die at any await, or stand still for as long as one likes and then go on. */
export class VirtualProcess {
  #state: 'alive' | 'dead' | 'frozen' = 'alive';
  #thawed: (() => void)[] = [];
  kill(): void { this.#state = 'dead'; }
  freeze(): void { this.#state = 'frozen'; }
  thaw(): void { this.#state = 'alive'; for (const go of this.#thawed.splice(0)) go(); }
  get alive(): boolean { return this.#state === 'alive'; }

  /** Nothing outside is asked, and no answer is heard, while this process is not running. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#running();
    try {
      const value = await work();
      await this.#running();
      return value;
    } catch (error) {
      await this.#running();
      throw error;
    }
  }
  #running(): Promise<void> {
    if (this.#state === 'dead') return never();
    return this.#state === 'frozen' ? new Promise((go) => { this.#thawed.push(go); }) : Promise.resolve();
  }

  clock(clock: Clock): Clock {
    return { now: () => clock.now(), sleep: (ms, signal) => this.run(() => clock.sleep(ms, signal)), every: (ms, work) => clock.every(ms, () => (this.alive ? work() : undefined)) };
  }
}

export type AppendFault = 'crash-before' | 'crash-after' | 'unavailable' | 'lost-request' | 'lost-reply';
export type CallFault = 'crash-before' | 'crash-after' | 'lost-request' | 'lost-reply';
export const appendFaults: readonly AppendFault[] = ['crash-before', 'crash-after', 'unavailable', 'lost-request', 'lost-reply'];
export const callFaults: readonly CallFault[] = ['crash-before', 'crash-after', 'lost-request', 'lost-reply'];

/** The journal as one process sees it. `fault` is asked before each append. */
export function journalOf(process: VirtualProcess, journal: Journal, fault: (request: AppendRequest) => AppendFault | null): Journal {
  return {
    ...journal,
    append: (request) => process.run(async () => {
      switch (fault(request)) {
        case 'crash-before': process.kill(); return never();
        case 'crash-after': await journal.append(request); process.kill(); return never();
        case 'unavailable': throw new JournalError('unavailable', 'The disk is full.');
        case 'lost-request': throw new JournalError('outcome-unknown', 'The database went away before it answered.');
        case 'lost-reply': await journal.append(request); throw new JournalError('outcome-unknown', 'The database went away before it answered.');
        case null: return journal.append(request);
      }
    }),
    read: (from) => process.run(() => journal.read(from)),
    subscribe: (afterSeq, onEntries) => journal.subscribe(afterSeq, (entries) => (process.alive ? onEntries(entries) : process.run(async () => onEntries(entries)))),
  };
}

/** The estate as one process sees it. `fault` is asked before each change. */
export function clientOf(process: VirtualProcess, client: WorldClient, fault: (method: string, args: readonly unknown[]) => CallFault | Error | null): WorldClient {
  return {
    call: <T>(method: string, args: readonly unknown[], signal?: AbortSignal) => process.run(async (): Promise<T> => {
      const what = isChange(method) ? fault(method, args) : null;
      if (what instanceof Error) throw what;
      switch (what) {
        case 'crash-before': process.kill(); return never();
        case 'crash-after': void client.call(method, args).catch(() => undefined); process.kill(); return never();
        case 'lost-request': throw new DriverError('unreachable', 'The connection was refused.');
        case 'lost-reply': await client.call(method, args); throw new DriverError('timeout', 'No answer in time.');
        case null: return client.call<T>(method, args, signal);
      }
    }),
  };
}
