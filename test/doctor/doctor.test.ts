import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEnvironment } from '../../src/config/environment.js';
import type { Estate, ExternalAction, Person } from '../../src/core/estate.js';
import type { Surface } from '../../src/core/names.js';
import { emptyState, type Link } from '../../src/core/state.js';
import { diagnoseActionSecrets, diagnoseMachineSecrets } from '../../src/doctor/action-secrets.js';
import { clocks, diagnoseDatabase } from '../../src/doctor/database.js';
import { diagnose, type DoctorParts } from '../../src/doctor/doctor.js';
import { diagnoseSocket, freeSpace, node } from '../../src/doctor/machine.js';
import { diagnoseQuorum } from '../../src/doctor/quorum.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import { httpAction } from '../desk/own-actions.js';
import { createWorld, anEstate } from '../web/support.js';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'lifeboat-doctor-')); });
afterEach(() => { rmSync(folder, { recursive: true }); });

const soundSettings = { version: '18.4', number: 180_004, fsync: 'on', pages: 'on', commits: 'on', most: 100, used: 12 };
const database = ({ settings = {}, head = {}, schema = 1, at = 1_000_000, replicas = [] as Record<string, unknown>[] } = {}): DoctorParts['query'] => async (sql) => {
  if (sql.includes('server_version')) return [{ ...soundSettings, ...settings }];
  if (sql.includes('clock_timestamp')) return [{ at }];
  if (sql.includes('lifeboat.migration')) return [{ version: schema }];
  if (sql.includes('pg_stat_replication')) return replicas;
  return [{ seq: 7, chain: 'abc', last: 'abc', ...head }];
};
const look = (query: DoctorParts['query'], seqRead = 7) => diagnoseDatabase({ query, now: () => 1_000_000, schemaKnown: 1, seqRead: () => seqRead });
const wrongOf = (findings: readonly { name: string; status: string }[]): string[] => findings.filter(({ status }) => status === 'wrong').map(({ name }) => name);

describe('the machine', () => {
  test.each([['20.12.0', 'fine'], ['24.1.0', 'fine'], ['20.11.1', 'wrong'], ['18.20.0', 'wrong']])('Node %s is %s', (version, status) => expect(node(version).status).toBe(status));
  test.each([[100 * 1024 ** 2, 'wrong'], [1024 ** 3, 'note'], [20 * 1024 ** 3, 'fine']])('%d bytes left are %s', (bytes, status) => expect(freeSpace('/var', bytes).status).toBe(status));

  test('a command socket that others may use is wrong, and so is one that is gone', async () => {
    const path = join(folder, 'lifeboat.sock');
    expect(await diagnoseSocket('command socket', path)).toMatchObject({ status: 'wrong', remedy: expect.stringContaining('Restart') });
    writeFileSync(path, '', { mode: 0o644 });
    expect(await diagnoseSocket('command socket', path)).toMatchObject({ status: 'wrong', remedy: `chmod 600 '${path}'` });
    rmSync(path);
    writeFileSync(path, '', { mode: 0o600 });
    expect(await diagnoseSocket('command socket', path)).toMatchObject({ status: 'fine' });
  });
});

describe('the database', () => {
  test('a sound one has nothing wrong', async () => expect(wrongOf(await look(database()))).toEqual([]));
  test.each([
    ['fsync switched off', { settings: { fsync: 'off' } }, 'durability'],
    ['an old server', { settings: { number: 140_000 } }, 'database'],
    ['a schema of a newer Lifeboat', { schema: 2 }, 'schema'],
    ['a head whose entry was taken away', { head: { last: null } }, 'journal'],
    ['a head that names another chain', { head: { last: 'other' } }, 'journal'],
    ['a clock five seconds ahead', { at: 1_005_000 }, 'clock'],
  ])('%s is named', async (_title, change, name) => expect(wrongOf(await look(database(change)))).toEqual([name]));
  test('a node that reads far behind is named', async () => expect(wrongOf(await look(database({ head: { seq: 5000 } }), 10))).toEqual(['journal']));
  test('an answer between question and reply is no difference of clocks', () => expect(clocks(1_500, 1_000, 9_000).status).toBe('fine'));
  test('nearly all connections in use is worth a note', async () => expect(await look(database({ settings: { used: 95 } }))).toContainEqual(expect.objectContaining({ name: 'connections', status: 'note' })));

  test.each<[string, Record<string, unknown>[], string | undefined]>([
    ['no replica is no finding', [], undefined],
    ['one that follows asynchronously is worth a note', [{ name: 'siteB', kind: 'async', state: 'streaming' }], 'note'],
    ['one of two that follows synchronously is enough', [{ name: 'siteB', kind: 'sync', state: 'streaming' }, { name: 'siteC', kind: 'async', state: 'streaming' }], 'fine'],
    ['one that still catches up is worth a note', [{ name: 'siteB', kind: 'sync', state: 'catchup' }], 'note'],
    ['one that the account may not look at is worth a note', [{ name: 'siteB', kind: null, state: null }], 'note'],
  ])('%s', async (_title, replicas, status) => expect((await look(database({ replicas }))).find(({ name }) => name === 'replicas')?.status).toBe(status));

  test('one that does not answer is one finding with a remedy', async () => {
    const findings = await look(async () => { throw new Error('connect ECONNREFUSED'); });
    expect(findings).toEqual([expect.objectContaining({ name: 'database', status: 'wrong', says: expect.stringContaining('ECONNREFUSED') })]);
  });
});

describe('quorum', () => {
  const runbook = (change: Partial<Runbook> = {}): Runbook => ({ name: 'unplanned-move', title: 'Unplanned move', byName: false, steps: [], verb: 'move', drType: 'unplanned', when: ['HOST_FAILURE'], gate: { people: 2, role: 'approver', expiresInMs: 1 }, version: 'v', ...change });
  const people = (...which: [string, Person['roles'], Person['tenants']][]): Estate => anEstate({ people: which.map(([name, roles, tenants]) => ({ name, displayName: name, roles, tenants, email: null, phone: null, timeZone: null })) });
  const ask = (estate: Estate, of = runbook(), links: Link[] = [], surfaces: readonly Surface[] = ['web']) => diagnoseQuorum({ state: { ...emptyState(), estate, links }, runbooks: [of], surfaces, now: 0 });
  const status = (estate: Estate, of = runbook()) => ask(estate, of)[0]!.status;

  test('three approvers for two: fine', () => expect(status(people(['ana', ['operator', 'approver'], 'all'], ['ben', ['approver'], 'all'], ['chris', ['approver'], 'all']))).toBe('fine'));
  test('exactly two: one absence stops it, which is worth a note that names them', () => {
    expect(ask(people(['ana', ['operator', 'approver'], 'all'], ['ben', ['approver'], 'all']))[0]).toMatchObject({ status: 'note', says: expect.stringContaining('cluster01: ana, ben') });
  });
  test('one approver of one tenant only: what Lifeboat proposes can never be approved', () => {
    const [finding] = ask(people(['ana', ['operator', 'approver'], 'all'], ['dora', ['approver'], ['cluster01']]));
    expect(finding).toMatchObject({ status: 'wrong', says: expect.stringContaining('cluster02'), remedy: expect.stringContaining('lifeboat estate apply FILE') });
    expect(finding!.says).not.toContain('cluster01');
  });
  test('an operator who asks and one other approver are two people', () => expect(status(people(['ana', ['operator'], 'all'], ['ben', ['approver'], 'all']), runbook({ when: [] }))).not.toBe('wrong'));
  test('nobody approves alone what he asked for', () => expect(status(people(['ana', ['operator', 'approver'], 'all']), runbook({ when: [], gate: { people: 1, role: 'approver', expiresInMs: 1 } }))).toBe('wrong'));
  test('people of two teams are needed where the gate wants them', () => {
    const estate = people(['ana', ['operator', 'approver'], 'all'], ['ben', ['approver'], 'all'], ['chris', ['approver'], 'all']);
    const diverse = runbook({ gate: { people: 2, role: 'approver', expiresInMs: 1, diverse: { by: 'team', count: 2 } } });
    expect(ask(estate, diverse)[0]).toMatchObject({ status: 'wrong', says: expect.stringContaining('people of 2 different teams') });
    expect(status({ ...estate, people: estate.people.map((person, index) => ({ ...person, team: index === 0 ? 'storage' : 'network' })) }, diverse)).toBe('note');
  });
  test('backups who are nobody in the estate are named', () => {
    const estate = people(['ana', ['operator', 'approver'], 'all'], ['ben', ['approver'], 'all'], ['chris', ['approver'], 'all']);
    expect(ask(estate, runbook({ gate: { people: 2, role: 'approver', expiresInMs: 1, backups: ['chris', 'zoe'] } }))[0]).toMatchObject({ status: 'wrong', says: 'Its backups zoe are nobody in the estate: the question would reach none of them.' });
  });
  test('runbooks that need nobody are not asked about', () => expect(ask(anEstate(), runbook({ gate: { people: 0, role: 'approver', expiresInMs: 1 } }))).toEqual([]));
  test('with Slack, approvers who did not link their account are named', () => {
    const links = [{ person: 'ana', surface: 'slack' as const, identity: 'T1/U1' }];
    expect(ask(anEstate(), runbook(), links, ['web', 'slack'])[0]).toMatchObject({ status: 'note', says: expect.stringMatching(/only: ben$/) });
  });
});

describe('passwords of HMCs and storage agents', () => {
  const site = { name: 'home', tenant: null, hosts: [], hmcs: [{ name: 'hmc1', hostname: 'h', password: 'env:HMC_PASSWORD' }, { name: 'hmc2', hostname: 'h' }], storageAgents: [{ name: 'agent1', storageType: 'emc', serialNumber: '1', ip: '192.0.2.1', password: 'env:ARRAY_PASSWORD' }] };
  const look = (set: Record<string, string>, simulated = false) => diagnoseMachineSecrets({ sites: [site], simulated }, { get: (name) => set[name] });
  test('set', () => { expect(look({ HMC_PASSWORD: 'x', ARRAY_PASSWORD: 'y' })).toEqual([{ name: 'machine passwords', status: 'fine', says: 'HMC_PASSWORD, ARRAY_PASSWORD: set', remedy: null }]); });
  test('one that is not set names its machine, and is only noted where the estate is simulated', () => {
    expect(look({ HMC_PASSWORD: 'x' })).toMatchObject([{ status: 'wrong', says: expect.stringContaining('ARRAY_PASSWORD (for agent1)') }]);
    expect(look({ HMC_PASSWORD: 'x' }, true)).toMatchObject([{ status: 'note' }]);
  });
  test('nobody has one: no finding', () => { expect(diagnoseMachineSecrets({ sites: [], simulated: false }, { get: () => undefined })).toEqual([]); });
});

describe('secrets of the actions', () => {
  const look = (set: Record<string, string>, actions: Estate['actions'] = [httpAction('balancer', { headers: { authorization: 'env:LB_TOKEN', accept: 'text/plain' } } as Partial<ExternalAction>), httpAction('balancer-at', { headers: { authorization: 'env:LB_TOKEN' } } as Partial<ExternalAction>)]) => diagnoseActionSecrets({ actions }, { get: (name) => set[name] });
  test('all set: fine, and none is said', () => {
    expect(look({ LB_TOKEN: 'hunter2' })).toEqual([{ name: 'action secrets', status: 'fine', says: 'LB_TOKEN: set', remedy: null }]);
  });
  test('one that is not set, or empty, is wrong and names the actions that need it', () => {
    for (const set of [{}, { LB_TOKEN: '' }]) expect(look(set as Record<string, string>)).toMatchObject([{ status: 'wrong', says: expect.stringContaining('LB_TOKEN (for balancer, balancer-at)'), remedy: expect.stringContaining('Set LB_TOKEN') }]);
  });
  test('no action with a secret is no finding', () => expect(look({}, [httpAction('open')])).toEqual([]));
});

describe('all of it', () => {
  const parts = (change: Partial<DoctorParts> = {}): DoctorParts => {
    const { live, importEstate } = createWorld();
    importEstate(anEstate());
    return {
      environment: readEnvironment({ LIFEBOAT_VAR: folder }), home: '.', live, runbooks: [], secrets: { get: () => undefined }, surfaces: ['web'], now: () => 1_000_000, schemaKnown: 1, query: database({ head: { seq: 1 } }), digestOfEstate: () => 'digest',
      slack: () => null, teams: () => null, verifyMail: null, askWorld: async () => 'the simulated world answers', sockets: {}, ...change,
    };
  };

  test('a sound installation has nothing wrong', async () => expect(wrongOf(await diagnose(parts()))).toEqual([]));
  test.each([
    ['a refused Slack token', { slack: () => ({ ok: false, message: 'Slack refused the token' }) }, 'slack'],
    ['a mail server that refuses', { verifyMail: async () => ({ servers: 1, failing: [{ server: 'mx1', failing: '535 no' }] }) }, 'mail'],
    ['a world that is silent', { askWorld: async () => { throw new Error('The simulated estate does not answer.'); } }, 'estate world'],
    ['a missing estate file', { environment: readEnvironment({ LIFEBOAT_ESTATE: '/nowhere/estate.yaml' }) }, 'estate file'],
    ['a package folder without templates', { home: '/nowhere' }, 'templates'],
  ])('%s is wrong and comes with a remedy', async (_title, change, name) => {
    const found = (await diagnose(parts(change))).find((finding) => finding.name === name)!;
    expect([found.status, found.remedy]).toEqual(['wrong', expect.any(String)]);
  });
  test('an estate file that differs from what is in use is a note, not a fault', async () => {
    expect(await diagnose(parts({ digestOfEstate: () => 'another' }))).toContainEqual(expect.objectContaining({ name: 'estate in use', status: 'note', remedy: expect.stringContaining('estate apply') }));
  });
});
