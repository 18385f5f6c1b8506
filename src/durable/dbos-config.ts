import { DBOS, type DBOSConfig } from '@dbos-inc/dbos-sdk';
import type pg from 'pg';
import type { Log } from '../ports/log.js';

/** Beside our own schema, in the same database. */
export const dbosSchema = 'lifeboat_dbos';

/** The same for all releases: a run started by one is continued by the next. Our workflow's shape must stay as it is. */
const applicationVersion = '1';

/** No conductor, no tracing, nothing that leaves the machine; its words go to our log. */
export function configureDbos({ pool, databaseUrl, bootId, log, signal }: { readonly pool: pg.Pool; readonly databaseUrl: string; readonly bootId: string; readonly log: Log; /** Fires when we stop: what DBOS warns of then is what we want. */ readonly signal: AbortSignal }): void {
  const config: DBOSConfig = {
    name: 'lifeboat', systemDatabaseUrl: databaseUrl, systemDatabasePool: pool, systemDatabaseSchemaName: dbosSchema, executorID: bootId, applicationVersion,
    enableOTLP: false, tracingEnabled: false, schedulerPollingIntervalMs: 3_600_000,
    logger: {
      debug: (entry) => log.debug({ from: 'dbos' }, String(entry)),
      // What it calls information is its own start-up chatter.
      info: (entry) => log.debug({ from: 'dbos' }, String(entry)),
      warn: (entry) => log[signal.aborted ? 'debug' : 'warn']({ from: 'dbos' }, String(entry)),
      error: (entry, metadata) => log[signal.aborted ? 'debug' : 'error']({ from: 'dbos', stack: metadata?.stack }, String(entry)),
    },
  };
  DBOS.setConfig(config);
}
