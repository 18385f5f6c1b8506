import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Installation } from '@slack/bolt';
import { createInstallations, type Installations } from '../../src/drivers/channel/slack/installations.js';
import { createKeyv } from '../../src/journal/keyv-store.js';
import { startTestDatabase, type TestDatabase } from '../journal/database.js';

let database: TestDatabase;
let installations: Installations;
/** As another process on the same database sees them. */
const elsewhere = (secret = 'client-secret'): Installations => createInstallations(createKeyv(database.pool, 'slack'), secret);
const of = (team: string): Installation => ({ team: { id: team, name: `Team ${team}` }, enterprise: undefined, user: { token: 'xoxp-of-a-person', scopes: [], id: 'U1' }, bot: { token: `xoxb-secret-of-${team}`, refreshToken: 'xoxe-1-refresh', scopes: ['chat:write'], id: 'B1', userId: 'UBOT' }, isEnterpriseInstall: false, authVersion: 'v2' });
const table = async (): Promise<string> => JSON.stringify((await database.pool.query('select key, value from lifeboat.keyv order by key')).rows);

beforeAll(async () => { database = await startTestDatabase(); });
afterAll(() => database.end());
beforeEach(async () => { await database.empty(); installations = elsewhere(); });

test('an installation is there for every node, and after a new start', async () => {
  await installations.storeInstallation(of('T1'));
  expect(await elsewhere().of('T1')).toEqual({ id: 'T1', name: 'Team T1', enterprise: null, botUser: 'UBOT', token: 'xoxb-secret-of-T1' });
  expect(await elsewhere().ids()).toEqual(['T1']);
});
test('nothing in the database tells a token, and a person\'s own is not kept at all', async () => {
  await installations.storeInstallation(of('T1'));
  expect(await table()).toContain('workspace/T1');
  expect(await table()).not.toMatch(/xox|secret-of/);
});
test('another client secret reads nothing, and installing again does', async () => {
  await installations.storeInstallation(of('T1'));
  expect(await elsewhere('another').of('T1')).toBeNull();
  await elsewhere('another').storeInstallation(of('T1'));
  expect((await elsewhere('another').of('T1'))?.token).toBe('xoxb-secret-of-T1');
  expect(await elsewhere('another').ids()).toEqual(['T1']);
});
test('what somebody changed in the database is not believed', async () => {
  await installations.storeInstallation(of('T1'));
  await installations.storeInstallation(of('T2'));
  await database.pool.query(`update lifeboat.keyv set value = replace(value, substr(value, 20, 1), case substr(value, 20, 1) when 'A' then 'B' else 'A' end) where key like '%workspace/T1'`);
  expect([await elsewhere().of('T1'), (await elsewhere().of('T2'))?.id]).toEqual([null, 'T2']);
});
test('several at once are all there, in the order in which they came', async () => {
  await Promise.all(['T1', 'T2', 'T3', 'T2'].map((team) => installations.storeInstallation(of(team))));
  expect(await elsewhere().ids()).toEqual(['T1', 'T2', 'T3']);
});
test('what is removed is gone from the database, for every node', async () => {
  const other = elsewhere();
  await installations.storeInstallation(of('T1'));
  expect(await other.of('T1')).not.toBeNull();
  await installations.remove('T1');
  expect([await other.of('T1'), await other.ids()]).toEqual([null, []]);
  expect(await table()).not.toContain('workspace/T1');
});
