import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSystemClock } from '../../src/durable/clock.js';
import { dbosSchema } from '../../src/durable/dbos-config.js';
import { createDbosRuns } from '../../src/durable/dbos-runs.js';
import { runsContract } from '../contract/runs.js';
import { eventually, quiet } from '../contract/support.js';
import { bundleProgram, type Bundle } from './bundle.js';
import { startTestDatabase, type TestDatabase } from '../journal/database.js';

let database: TestDatabase;
let boots = 0;
beforeAll(async () => { database = await startTestDatabase(); });
afterAll(() => database.end());

const forgetRuns = async (): Promise<void> => {
  const { rows } = await database.pool.query('select 1 from information_schema.tables where table_schema = $1 and table_name = \'workflow_status\'', [dbosSchema]);
  if (rows.length > 0) await database.pool.query(`truncate ${['workflow_status', 'operation_outputs', 'notifications'].map((table) => `${dbosSchema}.${table}`).join(', ')}, lifeboat.member cascade`);
};

runsContract('The runs on DBOS', {
  reset: forgetRuns,
  boot: (execute) => createDbosRuns({ pool: database.pool, databaseUrl: database.server.url, bootId: `boot-${++boots}`, home: '/home', execute, clock: createSystemClock(), log: quiet }),
  pass: () => undefined,
});

test('what DBOS keeps of a run goes when it is over and old enough, and of no other', async () => {
  await forgetRuns();
  const done: string[] = [];
  const runs = await createDbosRuns({ pool: database.pool, databaseUrl: database.server.url, bootId: `boot-${++boots}`, home: '/home', execute: async (run) => { done.push(run); return run === 'R-1' ? 'finished' : 'waiting'; }, clock: createSystemClock(), log: quiet });
  await runs.start('R-1', 1);
  await runs.start('R-2', 1);
  const kept = async (): Promise<string[]> => (await database.pool.query<{ id: string; status: string }>(`select workflow_uuid as id, status from ${dbosSchema}.workflow_status order by 1`)).rows.map(({ id, status }) => `${id} ${status}`);
  await eventually('R-1 is over and R-2 waits', async () => done.length === 2 && (await kept()).join() === 'R-1.1 SUCCESS,R-2.1 PENDING');
  expect(await runs.forget(Date.now() - 60_000)).toBe(0);
  expect(await runs.forget(Date.now() + 60_000)).toBe(1);
  expect(await kept()).toEqual(['R-2.1 PENDING']);
  await runs.stop();
}, 30_000);

describe('runs on DBOS, with processes that die', () => {
  let bundle: Bundle;
  let folder: string;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    bundle = await bundleProgram('test/durable/run-child.ts');
    ({ folder } = bundle);
  });
  beforeEach(async () => { await forgetRuns(); rmSync(join(folder, 'go'), { force: true }); writeFileSync(join(folder, 'effects'), ''); });
  afterEach(async () => {
    for (const child of children.splice(0)) if (child.exitCode === null && child.signalCode === null) await new Promise((done) => { child.once('exit', done); child.kill('SIGKILL'); });
  });
  afterAll(() => bundle.remove());

  /** Writes what it does into `effects`; before step 3 it waits for the file `go`. */
  const boot = (name: string, home: string, start: boolean): ChildProcess => {
    const child = spawn(process.execPath, [bundle.program, database.server.url, name, home, folder, String(start)], { stdio: ['ignore', 'inherit', 'inherit'] });
    children.push(child);
    return child;
  };
  const effects = (): string[] => readFileSync(join(folder, 'effects'), 'utf8').split('\n').filter(Boolean);
  const go = (): void => appendFileSync(join(folder, 'go'), '');

  test('kill -9 in the middle: the next start goes on with the run, and no finished step runs again', async () => {
    const first = boot('first', folder, true);
    await eventually('the first is in step 3', () => effects().includes('first begins 3'));
    first.kill('SIGKILL');
    go();
    boot('second', folder, false);
    await eventually('the second finished the run', () => effects().includes('second finished'));
    expect(effects()).toEqual(['first begins 1', 'first did 1', 'first begins 2', 'first did 2', 'first begins 3', 'second begins 3', 'second did 3', 'second begins 4', 'second did 4', 'second finished']);
  });

  test('kill -9 of the process and of its database together', async () => {
    const first = boot('first', folder, true);
    await eventually('the first is in step 3', () => effects().includes('first begins 3'));
    const killed = database.server.pid;
    process.kill(killed, 'SIGKILL');
    first.kill('SIGKILL');
    go();
    // A connection of the dying server may still have answered.
    await eventually('the database is back', async () => database.server.pid !== killed && await database.pool.query('select 1').then(() => true, () => false));
    boot('second', folder, false);
    await eventually('the second finished the run', () => effects().includes('second finished'));
    expect(effects().filter((line) => line.includes('did'))).toEqual(['first did 1', 'first did 2', 'second did 3', 'second did 4']);
  });

  test('the database is killed under a running process: the run goes on in it', async () => {
    boot('first', folder, true);
    await eventually('the first is in step 3', () => effects().includes('first begins 3'));
    process.kill(database.server.pid, 'SIGKILL');
    go();
    await eventually('the run finished', () => effects().includes('first finished'));
    await eventually('and that is recorded', async () => database.pool.query(`select 1 from ${dbosSchema}.workflow_status where status = 'SUCCESS'`).then(({ rowCount }) => rowCount === 1, () => false));
    expect(effects().filter((line) => line.includes('did'))).toEqual(['first did 1', 'first did 2', 'first did 3', 'first did 4']);
  });

  test('a frozen node loses its runs to another, and leaves them alone when it thaws', async () => {
    boot('other', '/elsewhere', false);
    await eventually('the other is up', () => existsSync(join(folder, 'other.up')));
    const first = boot('first', folder, true);
    await eventually('the first is in step 3', () => effects().includes('first begins 3'));
    first.kill('SIGSTOP');
    await eventually('the other took the run over', () => effects().includes('other begins 3'), 30_000);
    first.kill('SIGCONT');
    await eventually('the first tried to go on', () => effects().includes('first is awake'));
    go();
    await eventually('the other finished the run', () => effects().includes('other finished'));
    expect(effects().filter((line) => /did|finished/.test(line))).toEqual(['first did 1', 'first did 2', 'other did 3', 'other did 4', 'other finished']);
  });
});
