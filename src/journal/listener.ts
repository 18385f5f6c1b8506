import type pg from 'pg';
import type { Millis } from '../core/names.js';
import type { Log } from '../ports/log.js';

const reconnectEveryMs: Millis = 1000;
/** Makes good what a notification lost with its connection would have told. */
const pollEveryMs: Millis = 1000;

/** Says when the journal may have grown: by NOTIFY, and every second in any case. Survives the database's restart. */
export class JournalListener {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #wake: (seq?: number) => void;
  #client: pg.PoolClient | null = null;
  #timers: NodeJS.Timeout[] = [];
  #connecting: Promise<void> | null = null;
  #stopped = true;

  constructor(pool: pg.Pool, log: Log, wake: (seq?: number) => void) {
    this.#pool = pool;
    this.#log = log;
    this.#wake = wake;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#timers = [setInterval(() => this.#wake(), pollEveryMs).unref(), setInterval(() => this.#connect(), reconnectEveryMs).unref()];
    this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#connecting;
    this.#client?.release(true);
    this.#client = null;
  }

  #connect(): void {
    if (this.#client || this.#connecting || this.#stopped) return;
    this.#connecting = this.#listen().catch((error: Error) => {
      this.#log.debug({ cause: error.message }, 'Not listening to the journal; polling it until the database answers.');
    }).finally(() => { this.#connecting = null; });
  }

  async #listen(): Promise<void> {
    const client = await this.#pool.connect();
    const lost = (): void => {
      if (this.#client !== client) return;
      this.#client = null;
      client.release(true);
    };
    client.on('error', lost);
    client.on('end', lost);
    // The journal says how far it has come.
    client.on('notification', ({ payload }) => this.#wake(Number(payload)));
    try {
      await client.query('listen lifeboat_journal');
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.#client = client;
    this.#wake();
  }
}
