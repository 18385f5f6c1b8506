import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEstate } from '../../src/config/read-estate.js';
import type { Answer } from '../../src/core/answer.js';
import { attributesOf } from '../../src/core/attributes.js';
import { createLab, type Lab, type LabNode } from '../scenarios/lab/lab.js';

let lab: Lab;
let node: LabNode;
const hadr = readEstate(readFileSync('estates/hadr.yaml', 'utf8'), 'hadr.yaml');
beforeEach(async () => {
  if (!hadr.ok) throw new Error('broken');
  lab = createLab({ estate: { ...hadr.estate, actions: [{ name: 'page', kind: 'command', program: ['/usr/bin/page'], tenants: 'all', parameters: [], effect: 'changes', probe: null, timeoutMs: 1_000 }] } });
  node = await lab.boot();
});
afterEach(() => lab.close());
const say = (line: string, person = 'ana'): Promise<Answer> => node.say(person, line);
/** `Label: value` as it is printed. */
const printed = async (line: string, person = 'ana'): Promise<string[]> => { const answer = await say(line, person); return answer.kind === 'blocks' ? answer.blocks.flatMap((block) => block.map(({ label, value }) => `${label}: ${[value].flat().join(' / ')}`)) : [JSON.stringify(answer)]; };
const json = async (line: string): Promise<Record<string, unknown>[]> => { const answer = await say(line); return (answer.kind === 'blocks' ? answer.json : []) as Record<string, unknown>[]; };
const labels = async (line: string): Promise<string[]> => Object.keys((await json(line))[0] ?? {});

describe('labels in ksysmgr\'s order (reference/ksys.md 3.5), as text and as JSON', () => {
  test.each<[string, string[]]>([
    ['query ksyscluster', ['Name', 'State', 'Type', 'Ksysnodes', 'KsysState']],
    ['query site home_site', ['Name', 'Sitetype']],
    ['query hmc e17vhmc5', ['Name', 'Ip', 'Site']],
    ['query host sock_8286-42A-2182C5V', ['Name', 'UUID', 'Site', 'Pair']],
    ['query vios rt07v1', ['Name']],
    ['query host_group HG1', ['Name', 'Hosts', 'Home site', 'Active site', 'State']],
    ['query vm ziti030', ['Name', 'UUID', 'Host', 'Homehost', 'State']],
    ['query storage_agent sahome', ['Name', 'Serialnumber', 'Storagetype', 'Site', 'Ip']],
    ['query disk vm=ziti030', ['VM', 'CGName', 'CGState', 'DiskIDs', 'Volume']],
    ['query disk_pair vm=ziti030', ['VM', 'Disk']],
    ['query disk_group HG1', ['Name', 'Site', 'Hosts', 'Storages', 'CG']],
    ['query app ziti030_app1', ['Application name']],
    ['query notify user=ana', ['User', 'Contact']],
    ['query version', ['Ksysmgr version', 'Ksys version']],
    ['report system', ['Ksysmgr version', 'Ksys version', 'Status', 'Number of sites', 'Number of storage agents', 'Number of HMCs', 'Number of hosts', 'Number of host_groups', 'Number of VIOS', 'Number of VMs', 'Total managed processors', 'Total managed memory (MB)']],
  ])('%s', async (line, wanted) => {
    expect((await labels(line)).slice(0, wanted.length)).toEqual(wanted);
    expect((await printed(line)).length).toBeGreaterThanOrEqual(wanted.length);
  });

  test('a workgroup, a script and a snapshot', async () => {
    await say('add workgroup WG1 vms=ziti005');
    await say('add script entity=vm ziti030 post_online=page');
    await say('add snapshot filepath=s1');
    expect((await labels('query workgroup WG1')).slice(0, 5)).toEqual(['Name', 'VMs', 'State', 'Priority', 'SkipAutoResync']);
    expect(await json('query script entity=vm')).toEqual([{ Entity: 'vm', Name: 'ziti030', Hook: 'post_online', Script: 'page', Tenant: 'KSYS_HA_DR_1' }]);
    expect((await labels('query snapshot s1')).slice(0, 2)).toEqual(['File', 'Date']);
  });
});

test('contacts and scripts stand under their headings, which JSON leaves out', async () => {
  await say('add notify script=page event=HMC_UNREACHABLE');
  expect((await printed('query notify')).filter((line) => /^(Contact details|Script details|User: ana|Script: page|Event)/.test(line))).toEqual(['Contact details: ', 'User: ana', 'Script details: ', 'Script: page', 'Event: HMC_UNREACHABLE']);
  expect((await json('query notify script')).map(({ Script }) => Script)).toEqual(['page']);
  expect(await json('query notify contact=ben@provider.example')).toHaveLength(1);
});

test('a contact without a level of its own shows the one that holds', async () => {
  await say('modify system notification_level=medium');
  expect((await json('query notify user=dora'))[0]!.notification_level).toBe("medium (critical and warning), the system's");
});

test('the level that holds stands above the events', async () => { expect((await printed('query event'))[0]).toBe('Current Notification Level: low'); });

test('query event NAME says what an event means and what to do, known=yes lists them, and a typing error is put right', async () => {
  expect(await printed('query event vg_reversal_failed')).toEqual(['Event: VG_REVERSAL_FAILED', 'Type: critical', 'From: KSYS for cloud', 'Meaning: Reversing the direction of a volume group failed.', 'To do: Stop. Ask the storage team, then recover.']);
  const all = await json('query event known=yes type=warning');
  expect(all.length).toBeGreaterThan(20);
  expect(new Set(all.map(({ Type: type }) => type))).toEqual(new Set(['warning']));
  const answer = await say('query event HOST_FAILUR');
  expect(JSON.stringify(answer)).toMatch(/HOST_FAILURE/);
  expect(answer.status).toBe(2);
});

test('query system properties shows every attribute with what holds, and the scripts', async () => {
  await say('modify system hmc_ping_timer=20 vlanmap=10:110');
  await say('add script entity=site home_site pre_offline=page');
  const [all] = await json('query system properties');
  expect(Object.keys(all!)).toEqual(['System-Wide Persistent Attributes', ...attributesOf('system').map(({ name }) => name), 'User Scripts for Site', 'User Scripts for Host_Group', 'User Scripts for Workgroup', 'User Scripts for VM']);
  expect(all).toMatchObject({ auto_discovery_time: '02:00', hmc_ping_timer: '20', sa_ping_timer: '10', vlanmap: '10:110', drvlanmap: '10:910,20:920', quick_discovery_interval: '60', 'User Scripts for Site': ['home_site pre_offline=page'], 'User Scripts for VM': 'None' });
});

test('report system counts, and -v adds the tree', async () => {
  const answer = await printed('report system');
  expect(answer).toEqual(expect.arrayContaining(['Number of hosts: 6', 'Number of VIOS: 12', 'Number of VMs: 4', 'Total managed processors: 9', 'Total managed memory (MB): 73728']));
  await say('unmanage vm ziti032');
  expect(await printed('report system')).toContain('Total managed processors: 5');
  expect(await printed('-v report system')).toEqual(expect.arrayContaining(['Cluster: KSYS_HA_DR_1 (HADR)', 'Host_Group: HG1', expect.stringMatching(/^VMs: ziti032 on .*UNMANAGED/)]));
});

test('query estate is a file that reads back to the estate in use; it is the provider\'s', async () => {
  const answer = await say('query estate');
  expect(readEstate(answer.kind === 'said' ? answer.text : '', 'x.yaml')).toEqual({ ok: true, estate: node.state.estate });
  expect(await say('query estate', 'dora')).toMatchObject({ code: 'providers' });
});

test.each([['query vm state=managed', /state=manage/], ['query vm stat=manage', /Did you mean state/], ['query event type=critical', /type=error/], ['query host tenant=other', /^.*No host/]])('%s is told what is known', async (line, says) => {
  const answer = await say(line);
  expect(answer.kind === 'refusal' ? `${answer.what} ${answer.next}` : answer.kind === 'blocks' ? answer.footer : '').toMatch(says);
});
