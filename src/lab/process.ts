import type { Millis } from '../core/names.js';
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
  #clockOffMs: Millis = 0;
  /** HMCs and storage agents that this process alone cannot reach. */
  readonly cutOff = new Set<string>();
  kill(): void { this.#state = 'dead'; }
  freeze(): void { if (this.alive) this.#state = 'frozen'; }
  thaw(): void {
    if (this.dead) return;
    this.#state = 'alive';
    for (const go of this.#thawed.splice(0)) go();
  }
  /** Somebody sets this machine's clock. What sleeps goes on as before: timers do not look at it. */
  setClock(byMs: Millis): void { this.#clockOffMs += byMs; }
  get alive(): boolean { return this.#state === 'alive'; }
  get dead(): boolean { return this.#state === 'dead'; }

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

  #every(clock: Clock, ms: Millis, work: () => Promise<void> | void): () => void {
    const stop = clock.every(ms, () => {
      if (this.dead) return stop();
      return this.alive ? work() : undefined;
    });
    return stop;
  }

  clock(clock: Clock): Clock {
    return { now: () => clock.now() + this.#clockOffMs, sleep: (ms, signal) => this.run(() => clock.sleep(ms, signal)), every: (ms, work) => this.#every(clock, ms, work) };
  }
}

export type AppendFault = 'crash-before' | 'crash-after' | 'unavailable' | 'lost-request' | 'lost-reply';
export const appendFaults: readonly AppendFault[] = ['crash-before', 'crash-after', 'unavailable', 'lost-request', 'lost-reply'];
export const callFaults = ['crash-before', 'crash-after', 'lost-request', 'lost-reply'] as const;
/**
 * late-reply: it happens, and the answer comes when nobody waits for it any more. late-request: the line breaks at once, and what was asked for happens a while later all
 * the same. twice: it arrives twice. done-and-refused: it happens, and the answer is an error.
 */
export const lateFaults = ['late-reply', 'late-request', 'twice', 'done-and-refused'] as const;
export type CallFault = (typeof callFaults)[number] | (typeof lateFaults)[number];

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

/** As vendors write them: what must go no further stands in the middle. */
export const secretInErrors = 'canary-5f1c9e';
/** How late a request arrives that was thought lost. */
const lateMs: Millis = 6_000;

/** The estate as one process sees it. `fault` is asked before each change; `time` is that of the lines, which go on when the process does not. */
export function clientOf(process: VirtualProcess, client: WorldClient, fault: (method: string, args: readonly unknown[]) => CallFault | Error | null, time: Pick<Clock, 'sleep'>): WorldClient {
  const later = (method: string, args: readonly unknown[]): void => { void time.sleep(lateMs).then(() => client.call(method, args)).catch(() => undefined); };
  return {
    call: <T>(method: string, args: readonly unknown[], signal?: AbortSignal) => process.run(async (): Promise<T> => {
      const reach = (): void => { if (process.cutOff.has(String(args[0]))) throw new DriverError('unreachable', `${String(args[0])} does not answer: no route.`); };
      reach();
      const what = isChange(method) ? fault(method, args) : null;
      if (what instanceof Error) throw what;
      switch (what) {
        case 'crash-before': process.kill(); return never();
        case 'crash-after': void client.call(method, args).catch(() => undefined); process.kill(); return never();
        case 'lost-request': throw new DriverError('unreachable', 'The connection was refused.');
        case 'lost-reply': await client.call(method, args); throw new DriverError('timeout', 'No answer in time.');
        case 'late-reply': await client.call(method, args); await given(signal); throw new DriverError('timeout', 'No answer in time.');
        case 'late-request': later(method, args); throw new DriverError('timeout', 'The connection broke.');
        case 'twice': later(method, args); break;
        case 'done-and-refused': await client.call(method, args); throw new DriverError('refused', `HSCL0500 An internal error occurred (session password=${secretInErrors}).`);
        case null: break;
      }
      const answer = await client.call<T>(method, args, signal);
      reach();
      return answer;
    }),
  };
}

/** When the caller gives up. */
const given = (signal?: AbortSignal): Promise<void> => new Promise((resolve) => {
  if (!signal || signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true });
});
