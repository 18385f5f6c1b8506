import type { LiveState } from '../ports/state.js';

/** Wakes an execution when anything in the journal changed, the brake was pulled, or this node stops. A change between two waits is not lost. */
export class Watch {
  #version = 1;
  #seen = 0;
  #waiters: (() => void)[] = [];
  readonly #stop: () => void;

  constructor(live: LiveState, signal: AbortSignal) {
    const unsubscribe = live.onEntries(() => this.wake());
    const onAbort = (): void => this.wake();
    signal.addEventListener('abort', onAbort);
    this.#stop = () => { unsubscribe(); signal.removeEventListener('abort', onAbort); };
  }

  wake(): void {
    this.#version += 1;
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  /** Resolves at the next change, at once where one happened since the last call. A caller may come back once too often, never too rarely. */
  async change(): Promise<void> {
    if (this.#version === this.#seen) await new Promise<void>((resolve) => { this.#waiters.push(resolve); });
    else this.#seen = this.#version;
  }

  close(): void { this.#stop(); this.wake(); }
}
