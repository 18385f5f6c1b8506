import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { schemaVersion } from '../../src/journal/schema.js';
import { startTestDatabase, type TestDatabase } from '../journal/database.js';
import { createVar, processesOf, spawnLifeboat } from '../support/lifeboat.js';
import { until } from '../support/poll.js';

const place = createVar();
let database: TestDatabase;
beforeAll(async () => { database = await startTestDatabase(); });
afterAll(async () => { await database.end(); place.done(); });

test('a Lifeboat that is older than the database refuses to start, says what to install, and leaves database and processes as they were', async () => {
  await database.pool.query('insert into lifeboat.migration (version) values ($1)', [schemaVersion + 1]);
  const before = (await database.pool.query('select version from lifeboat.migration order by version')).rows;
  const { printed, ended } = spawnLifeboat({ varDirectory: place.varDirectory, env: { DATABASE_URL: database.server.url } });
  expect(await ended).toEqual({ code: 1, signal: null });
  expect(printed()).toContain(`Lifeboat cannot start: The database was written by a newer Lifeboat (schema ${schemaVersion + 1}, this one knows ${schemaVersion}). Nothing was changed. Install that version or a newer one, then start again.`);
  expect((await database.pool.query('select version from lifeboat.migration order by version')).rows).toEqual(before);
  expect((await database.pool.query('select seq from lifeboat.head')).rows).toEqual([{ seq: '0' }]);
  await until('its simulated world to end', () => processesOf(place.varDirectory).length === 0);
}, 60_000);
