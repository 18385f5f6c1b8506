import { DBOS, type DBOSConfig } from '@dbos-inc/dbos-sdk';
import { dbRetryConfig } from '@dbos-inc/dbos-sdk/internal/utils';
import type pg from 'pg';
import type { Millis } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';

/** Beside our own schema, in the same database. */
export const dbosSchema = 'lifeboat_dbos';

/** The same for all releases: a run started by one is continued by the next. Our workflow's shape must stay as it is. */
const applicationVersion = '1';

/** Its default lets a run sleep for up to a minute after the database has come back. */
const reconnectWithinSeconds = 2;
/** While the database is away it says the same several times a second. */
const sameWarningEveryMs: Millis = 60_000;

/** No conductor, no tracing, nothing that leaves the machine; its words go to our log. */
export function configureDbos({ pool, databaseUrl, bootId, clock, log, signal }: { readonly pool: pg.Pool; readonly databaseUrl: string; readonly bootId: string; readonly clock: Clock; readonly log: Log; /** Fires when we stop: what DBOS warns of then is what we want. */ readonly signal: AbortSignal }): void {
  dbRetryConfig.maxBackoffSec = reconnectWithinSeconds;
  const saidAt = new Map<string, Millis>();
  const isNews = (words: string): boolean => {
    const kind = words.replaceAll(/[\d.]+/g, '#');
    if (signal.aborted || clock.now() - (saidAt.get(kind) ?? -Infinity) < sameWarningEveryMs) return false;
    saidAt.set(kind, clock.now());
    return true;
  };
  const config: DBOSConfig = {
    name: 'lifeboat', systemDatabaseUrl: databaseUrl, systemDatabasePool: pool, systemDatabaseSchemaName: dbosSchema, executorID: bootId, applicationVersion,
    enableOTLP: false, tracingEnabled: false, schedulerPollingIntervalMs: 3_600_000,
    logger: {
      debug: (entry) => log.debug({ from: 'dbos' }, String(entry)),
      // What it calls information is its own start-up chatter.
      info: (entry) => log.debug({ from: 'dbos' }, String(entry)),
      warn: (entry) => log[isNews(String(entry)) ? 'warn' : 'debug']({ from: 'dbos' }, String(entry)),
      error: (entry, metadata) => log[isNews(String(entry)) ? 'error' : 'debug']({ from: 'dbos', stack: metadata?.stack }, String(entry)),
    },
  };
  DBOS.setConfig(config);
}
