import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createUserGroups } from '../../src/drivers/channel/slack/user-groups.js';
import { createWorkspaces } from '../../src/drivers/channel/slack/workspaces.js';
import { FakeClock, until } from '../chatops/fakes.js';

/** Slack's user groups as far as they are read and set. */
describe('a user group of Slack follows who can decide', () => {
  let server: Server;
  let members: string[];
  let error: string | null;
  let updates: string[];
  let wanted: string[];
  let lines: string[];
  let looks: number;
  let change: () => void;
  let groups: ReturnType<typeof createUserGroups>;

  beforeEach(async () => {
    [members, error, updates, wanted, lines, looks, change] = [['UANA'], null, [], ['T1/UANA', 'T1/UBEN'], [], 0, () => undefined];
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => { text += part.toString(); }).on('end', () => {
        const sent = new URLSearchParams(text);
        const setting = request.url === '/usergroups.users.update';
        if (setting && error === null) { members = sent.get('users')!.split(','); updates.push(`${sent.get('usergroup')} ${sent.get('users')}`); }
        if (!setting) looks += 1;
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(error === null ? { ok: true, users: members } : { ok: false, error, needed: 'usergroups:write' }));
      });
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const workspaces = createWorkspaces({ own: { token: 'xoxb-own', home: () => ({ team: 'T1', enterprise: null, botUser: 'UBOT' }) }, installations: { of: async () => null, ids: async () => [], remove: async () => undefined, storeInstallation: async () => undefined, fetchInstallation: async () => { throw new Error('not asked'); } }, clientOptions: { slackApiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, retryConfig: { retries: 0 } } });
    const note = (fields: object, message: string): void => { lines.push(`${message} ${JSON.stringify(fields)}`); };
    groups = createUserGroups({ groups: new Map([['cluster01', 'S1']]), membersOf: () => wanted, onChange: (listener) => { change = listener; return () => { change = () => undefined; }; } }, { workspaces, clock: new FakeClock(0), log: { info: note, warn: note, error: note } });
  });
  afterEach(async () => { groups.stop(); await new Promise<void>((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }); });

  test('whoever is missing comes in, and whoever was put in by hand goes', async () => {
    members = ['UANA', 'UMALLORY'];
    groups.start();
    await until(() => updates[0], 'the update');
    expect(updates).toEqual(['S1 UANA,UBEN']);
  });
  test('where it is so already nothing is written', async () => {
    members = ['UBEN', 'UANA'];
    groups.start();
    await until(() => looks === 1, 'the look');
    change();
    await until(() => looks === 2, 'the second look');
    expect(updates).toEqual([]);
  });
  test('it follows at once when somebody is linked or goes away', async () => {
    groups.start();
    await until(() => updates[0], 'the update');
    wanted = ['T1/UBEN'];
    change();
    await until(() => updates[1], 'the second update');
    expect(updates[1]).toBe('S1 UBEN');
  });
  test('people of other workspaces are left out', async () => {
    wanted = ['T1/UBEN', 'T9/UZOE'];
    groups.start();
    await until(() => updates[0], 'the update');
    expect(updates).toEqual(['S1 UBEN']);
  });
  test('a group is never emptied', async () => {
    wanted = [];
    groups.start();
    await until(() => lines[0], 'the word about it');
    expect([updates, looks, lines[0]]).toEqual([[], 0, expect.stringContaining('nobody who could decide is linked')]);
  });
  test('without the scope it is said once, and approvals do not depend on it', async () => {
    error = 'missing_scope';
    groups.start();
    await until(() => looks === 1, 'the look');
    change();
    await until(() => looks === 2, 'the second look');
    change();
    await until(() => looks === 3, 'the third look');
    expect(lines.filter((line) => line.includes('missing_scope'))).toHaveLength(1);
  });
});
