import { existsSync, mkdirSync } from 'node:fs';
import { entriesOf, NotAnExport, verifyFile } from './cli/journal-file.js';
import { say } from './cli/estate.js';
import { readEnvironment } from './config/environment.js';
import { startBundledPostgres } from './durable/postgres/launcher.js';
import { importJournal, NotEmpty } from './journal/import.js';
import { createPool } from './journal/pool.js';
import { migrate } from './journal/schema.js';
import type { Log } from './ports/log.js';
import { refuseSecond } from './refuse-second.js';

const quiet: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** `lifeboat journal import FILE`: into the empty database of a Lifeboat that has never been started. The chain is verified first. */
export async function importJournalFile(file: string | undefined, json: boolean): Promise<number> {
  if (file === undefined) return say('journal import needs a file that lifeboat journal export wrote: lifeboat journal import journal.ndjson', 3);
  if (!existsSync(file)) return say(`${file} cannot be read: there is no such file.`, 2);
  const environment = readEnvironment(process.env);
  const verdict = await verifyFile(file).catch((error: unknown) => {
    if (error instanceof NotAnExport) return error;
    throw error;
  });
  if (verdict instanceof NotAnExport) return say(verdict.message, 4);
  if (!verdict.ok) return say(`${file} IS BROKEN at entry ${verdict.broken?.seq}: ${verdict.broken?.why}\nNothing was imported. Take another export, or a replica or backup of the database.`, 1);
  await refuseSecond(environment.varDirectory);
  mkdirSync(environment.varDirectory, { recursive: true });
  const postgres = environment.databaseUrl === null ? await startBundledPostgres({ varDirectory: environment.varDirectory, log: quiet }) : null;
  const pool = createPool({ connectionString: environment.databaseUrl ?? postgres!.url }, { log: quiet });
  try {
    await migrate(pool);
    const { entries, held } = await importJournal(pool, { seq: verdict.entries, chain: verdict.head }, entriesOf(file));
    process.stdout.write(json ? `${JSON.stringify({ entries, head: verdict.head, held })}\n` : `${told(entries, verdict.head, held)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof NotEmpty)) throw error;
    return say(`${error.message} Nothing was imported, and nothing was changed: an export goes into an empty database only. Set LIFEBOAT_VAR to a new folder, or DATABASE_URL to an empty database.`, 1);
  } finally {
    await pool.end();
    await postgres?.stop();
  }
}

const told = (entries: number, head: string, held: readonly string[]): string => [
  `${entries} entries are here, as they were, with the head ${head}.`,
  held.length === 0 ? 'No run was under way.' : `Held, as the world may have gone on since the export: ${held.join(', ')}. Nothing of them goes on by itself.`,
  'Next: make sure that the old Lifeboat is off and stays off; start this one; then, for each tenant, discover and verify, and compare what is with what the run says it did.',
  ...(held.length === 0 ? [] : [`A run goes on with its quorum (lifeboat resume ${held[0]}): every step that was under way is looked at first. Or give it up: lifeboat cancel ${held[0]}`]),
  'Everybody signs in anew; links of chat accounts and API tokens came along. Buttons of old messages no longer work: use the commands, or the new messages.',
].join('\n');
