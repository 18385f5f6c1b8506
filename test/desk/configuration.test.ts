import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEstate } from '../../src/config/read-estate.js';
import type { Answer } from '../../src/core/answer.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';

let lab: Lab;
let node: LabNode;
const say = (line: string, person = 'ana'): Promise<Answer> => node.say(person, line);
const text = (answer: Answer): string => (answer.kind === 'said' ? `${answer.text}\n${answer.next.join('\n')}` : answer.kind === 'refusal' ? `${answer.what} ${answer.next} ${answer.command ?? ''}` : JSON.stringify(answer));
const next = (answer: Answer): string | undefined => (answer.kind === 'said' ? answer.next[0] : undefined);
const json = async (line: string, person = 'ana'): Promise<Record<string, unknown>[]> => { const answer = await say(line, person); return (answer.kind === 'blocks' ? answer.json : [answer]) as Record<string, unknown>[]; };
const estate = () => node.state.estate!;
const uuid = (digit: string): string => `${digit.repeat(8)}-1111-4111-8111-111111111111`;

const boot = async (file: string): Promise<void> => {
  const read = readEstate(readFileSync(file, 'utf8'), file);
  if (!read.ok) throw new Error('broken');
  lab = createLab({ estate: read.estate });
  node = await lab.boot();
};
afterEach(() => lab.close());

/** seeds/2 steps 1 to 6 for a third customer, as the article writes them; behind each, the command that it says comes next. */
const steps: readonly (readonly [line: string, says: RegExp, next: RegExp])[] = [
  ['ksysmgr add ksyscluster cluster03 ksysnodes=r7r3m117 sync=yes', /cluster03 is under construction. Still missing: cluster03 has no home site/, /^add site NAME sitetype=active/],
  ['ksysmgr add site customerC sitetype=active', /no backup site/, /^add site NAME sitetype=backup/],
  ['ksysmgr add site service_provider sitetype=backup', /service_provider is there already, with its HMCs/, /^add hmc NAME .*site=customerC/],
  ['ksysmgr add hmc vmhmc7 hostname=vmhmc7.customer-c.example login=hscroot password=env:VMHMC7_PASSWORD site=customerC', /has no host/, /^add host NAME site=customerC/],
  [`ksysmgr add host psyduck site=customerC uuid=${uuid('c')}`, /The simulated psyduck has/, /^pair host psyduck pair=/],
  ['ksysmgr pair host psyduck pair=snorlax', /psyduck is in host group Default_HG_cluster03/, /^add storage_agent NAME .*site=customerC/],
  ['ksysmgr add storage_agent salocal_C login=admin password=env:SALOCAL_C_PASSWORD site=customerC serialnumber=000196800700 storagetype=emc ip=192.0.2.51', /no VM to protect/, /^manage vm NAME host=psyduck/],
  ['ksysmgr manage vm invoices host=psyduck', /The simulated invoices has[\s\S]*cluster03 is whole, and in use\./, /^add notify user=NAME contact=ADDRESS tenant=cluster03/],
  ['ksysmgr add notify user=fred contact=fred@customer-c.example tenant=cluster03', /add contact fred/, /^discover site customerC/],
];

describe('a cluster is built by the commands of the article', () => {
  beforeEach(() => boot('estates/demo.yaml'));

  test('in its order, each answer names the next; then it is discovered and verified', async () => {
    for (const [line, says, follows] of steps) {
      const answer = await say(line);
      expect([line, text(answer), answer.status]).toEqual([line, expect.stringMatching(says), 0]);
      expect([line, next(answer)]).toEqual([line, expect.stringMatching(follows)]);
    }
    expect(estate().tenants[2]).toMatchObject({ name: 'cluster03', homeSite: 'customerC', backupSite: 'service_provider', hostPairs: [{ active: 'psyduck', backup: 'snorlax' }] });
    expect(node.state.draft).toEqual({ sites: [], tenants: [], contacts: [] });
    await say('discover site customerC');
    await lab.settle(node);
    await say('verify site customerC');
    await lab.settle(node);
    expect(node.state.vms.get('invoices')!.state).toBe('READY_TO_MOVE');
    expect(node.state.estateDigest).toHaveLength(64);
  });

  test('until it is whole it is under construction, and nothing of it is in use', async () => {
    for (const [line] of steps.slice(0, 5)) await say(line);
    expect(estate().tenants.map(({ name }) => name)).toEqual(['cluster01', 'cluster02']);
    expect(await json('query ksyscluster cluster03')).toEqual([expect.objectContaining({ State: 'Under construction', 'Home Site': 'customerC', Missing: expect.arrayContaining(['No host of cluster03 has a pair at the backup site.']), Next: 'pair host psyduck pair=BACKUP_HOST' })]);
    expect((await json('query host')).map(({ Name }) => Name)).toContain('psyduck');
    expect(JSON.stringify(await say('query host', 'dora'))).not.toContain('psyduck');
  });

  test.each<[string, string, RegExp]>([
    ['an HMC before its site', 'add hmc vmhmc7 hostname=h.example site=customerC', /There is no site 'customerC' yet.*add site customerC sitetype=active/],
    ['a host before its site', `add host psyduck site=customerC uuid=${uuid('c')}`, /add site customerC/],
    ['a storage agent before its site', 'add storage_agent s site=customerC serialnumber=1 storagetype=emc ip=192.0.2.1', /add site customerC/],
    ['a pair before the host', 'pair host psyduck pair=snorlax', /There is no host 'psyduck'.*add host psyduck/],
    ['a site before its cluster', 'add site customerC sitetype=active tenant=cluster03', /There is no cluster 'cluster03'.*add ksyscluster cluster03 ksysnodes=NODE/],
    ['a VM on a host of no group', 'manage vm invoices host=psyduck', /no host 'psyduck' in a host group/],
    ['a site that nobody said whose', 'add site customerC sitetype=active', /cluster01 and cluster02.*tenant=cluster01/],
    ['a cluster without its node', 'add ksyscluster cluster03', /add ksyscluster cluster03 ksysnodes=NODE/],
    ['a backup host as the active one', 'pair host snorlax pair=pbrazos', /nobody's home site.*pair host ACTIVE_HOST pair=snorlax/],
  ])('%s is refused, and the missing step is named', async (_title, line, says) => {
    const answer = await say(line);
    expect([answer.kind, text(answer)]).toEqual(['refusal', expect.stringMatching(says)]);
    expect(node.state.draft.tenants).toEqual([]);
  });

  test('a host before the HMC of its site is refused, and the missing step is named', async () => {
    for (const [line] of steps.slice(0, 2)) await say(line);
    expect(text(await say(`add host psyduck site=customerC uuid=${uuid('c')}`))).toMatch(/Site customerC has no HMC yet.*add hmc NAME hostname=ADDRESS .* site=customerC/);
  });

  test('any other order that makes sense leads to the same cluster', async () => {
    const order = [0, 2, 1, 3, 6, 4, 5, 8, 7];
    for (const index of order) expect([steps[index]![0], (await say(steps[index]![0])).status]).toEqual([steps[index]![0], 0]);
    expect(estate().tenants[2]).toMatchObject({ homeSite: 'customerC', backupSite: 'service_provider' });
    expect(estate().contacts.at(-1)).toMatchObject({ user: 'fred', tenant: 'cluster03' });
  });

  test('a host group of one\'s own takes the place of the one that pairing made', async () => {
    for (const [line] of steps) await say(line);
    expect(text(await say('add host_group HG_C hosts=psyduck tenant=cluster03'))).toContain('remove host group Default_HG_cluster03');
    expect(estate().tenants[2]).toMatchObject({ hostGroups: [{ name: 'HG_C', hosts: ['psyduck'] }], vms: [{ hostGroup: 'HG_C' }] });
  });

  test('the recovery site\'s daily times must differ, and it says so', async () => {
    for (const [line] of steps) await say(line);
    expect(text(await say('modify system auto_discovery_time=02:00 tenant=cluster03'))).toMatch(/begins at 02:15, not at 02:00: it keeps 15 minutes away/);
    expect(estate().tenants[2]!.autoDiscoveryTime).toBe('02:00');
  });

  test('it is deleted in reverse order, or as a whole after a look', async () => {
    for (const [line] of steps) await say(line);
    expect(text(await say('delete site customerC'))).toMatch(/still hang on it\..*delete vm invoices/s);
    expect(text(await say('delete hmc vmhmc7'))).toMatch(/host psyduck still hangs on it.*delete host psyduck/);
    expect(text(await say('delete host psyduck'))).toMatch(/VM invoices.*delete vm invoices/);
    expect(text(await say('delete storage_agent salocal_C'))).toMatch(/cluster03 is in use, and would not be whole any more: Site customerC has no storage agent/);
    const look = await say('delete ksyscluster cluster03');
    expect([text(look), next(look)]).toEqual([expect.stringContaining('Nothing was changed yet'), 'delete ksyscluster cluster03 confirm=yes']);
    expect(estate().tenants).toHaveLength(3);
    await say('delete ksyscluster cluster03 confirm=yes');
    expect([estate().tenants.map(({ name }) => name), estate().sites.map(({ name }) => name)]).toEqual([['cluster01', 'cluster02'], ['customerA', 'customerB', 'service_provider']]);
  });

  test('the draft of a cluster is taken apart again, down to nothing', async () => {
    for (const [line] of steps.slice(0, 7)) await say(line);
    for (const line of ['delete storage_agent salocal_C', 'delete host_group Default_HG_cluster03', 'pair host psyduck pair=none', 'delete host psyduck', 'delete hmc vmhmc7', 'delete site customerC', 'delete ksyscluster cluster03 confirm=yes']) {
      const answer = await say(line);
      expect([line, text(answer), answer.status]).toEqual([line, expect.anything(), 0]);
    }
    expect(node.state.draft).toEqual({ sites: [], tenants: [], contacts: [] });
    expect(estate().tenants).toHaveLength(2);
  });

  test('a password in clear is refused and kept nowhere; env:NAME is kept as the name', async () => {
    await say(steps[0]![0]);
    await say(steps[1]![0]);
    expect(await say('add hmc vmhmc7 hostname=h.example login=hscroot password=hunter2secret site=customerC')).toMatchObject({ code: 'secret' });
    expect(await say('add hmc vmhmc7 hostname=h.example login=hscroot password=env:lower site=customerC')).toMatchObject({ code: 'value', what: expect.stringContaining('env:NAME') });
    await say(steps[3]![0]);
    expect(JSON.stringify(await lab.entries())).not.toMatch(/hunter2secret|env:lower/);
    expect(node.state.draft.sites[0]!.hmcs[0]).toEqual({ name: 'vmhmc7', hostname: 'vmhmc7.customer-c.example', login: 'hscroot', password: 'env:VMHMC7_PASSWORD' });
  });
});

describe('other types of cluster', () => {
  beforeEach(() => boot('estates/demo.yaml'));
  const run = async (lines: readonly string[]): Promise<Answer> => { let last: Answer | null = null; for (const line of lines) { last = await say(line); expect([line, text(last), last.status]).toEqual([line, expect.anything(), 0]); } return last!; };

  test('HA: one site, two hosts in a group, a pool disk, no storage agent and no pairs', async () => {
    const first = await run(['add ksyscluster ha1 ksysnodes=ksys204 type=HA', 'add site factory sitetype=active', 'add hmc h1 hostname=h1.example site=factory', `add host left site=factory uuid=${uuid('a')}`]);
    expect(next(first)).toMatch(/^add host_group NAME hosts=left pool_disk=DISK/);
    expect(text(await say('add site other sitetype=backup'))).toMatch(/ha1 is of type HA: it has one site/);
    expect(text(await say('pair host left pair=snorlax'))).toMatch(/its hosts have no pairs/);
    const group = await say('add host_group HG_HA hosts=left');
    expect(text(group)).toMatch(/one host: nothing could be restarted elsewhere.*no pool disk/s);
    await run([`add host right site=factory uuid=${uuid('b')}`, 'modify host_group HG_HA add hosts=right', 'modify host_group HG_HA options pool_disk=hdisk3']);
    const last = await run(['manage vm press host=left']);
    expect(next(last)).toMatch(/^add notify/);
    expect(estate().tenants[2]).toMatchObject({ clusterType: 'HA', homeSite: 'factory', backupSite: 'factory', hostPairs: [], hostGroups: [{ hosts: ['left', 'right'], poolDisk: 'hdisk3' }] });
    expect(await json('query ksyscluster ha1')).toEqual([expect.objectContaining({ Type: 'HA', 'Backup Site': 'None' })]);
  });

  test('M:N: a host without a pair, where any host of the other side may take its VMs', async () => {
    await run(['add ksyscluster mn ksysnodes=n type=DR', 'add site plant sitetype=active', 'add site service_provider sitetype=backup', 'add hmc h1 hostname=h1.example site=plant', `add host left site=plant uuid=${uuid('a')}`, 'add host_group HG_MN hosts=left backup_hosts=snorlax', 'add storage_agent s1 site=plant serialnumber=1 storagetype=svc ip=192.0.2.99', 'manage vm press host=left']);
    expect(estate().tenants[2]).toMatchObject({ hostPairs: [], hostGroups: [{ backupHosts: ['snorlax'] }] });
  });

  test('in a real estate what a machine has must be said, as long as nobody asks its HMC', async () => {
    await lab.close();
    const read = readEstate(readFileSync('estates/demo.yaml', 'utf8').replace('simulated: true', 'simulated: false'), 'demo.yaml');
    if (!read.ok) throw new Error('broken');
    lab = createLab({ estate: read.estate });
    node = await lab.boot();
    const host = await run(['add ksyscluster c3 ksysnodes=n', 'add site plant sitetype=active', 'add site service_provider sitetype=backup', 'add hmc h1 hostname=h1.example site=plant', `add host left site=plant uuid=${uuid('a')}`]);
    expect([text(host), next(host)]).toEqual([expect.stringContaining('How big host left is, is not known.'), expect.stringMatching(/^modify host left memory_mb=NUMBER/)]);
    await run(['pair host left pair=snorlax', 'modify host left memory_mb=65536 processors=8 vioses=v1,v2 vlans=10', 'add storage_agent s1 site=plant serialnumber=1 storagetype=svc ip=192.0.2.99']);
    expect(text(await say('manage vm press host=left'))).toMatch(/VM press needs uuid=UUID, memory_mb=NUMBER, processors=NUMBER, vlan=NUMBER and disks=NAME:GB/);
    await run([`manage vm press host=left uuid=${uuid('d')} memory_mb=4096 processors=0.5 vlan=10 disks=hdisk0:60,hdisk1:200`]);
    expect(estate().tenants[2]!.vms).toEqual([{ name: 'press', uuid: uuid('d'), host: 'left', hostGroup: 'Default_HG_c3', priority: 'medium', memoryMb: 4096, processors: 0.5, vlan: 10, disks: [{ name: 'hdisk0', sizeGb: 60, attachment: 'npiv', mirrored: true }, { name: 'hdisk1', sizeGb: 200, attachment: 'npiv', mirrored: true }] }]);
  });
});

describe('what is in use is changed by the same rules as by a file', () => {
  beforeEach(() => boot('estates/demo.yaml'));

  test('the answer is the difference, and the journal says which command of whom', async () => {
    const answer = await say('ksysmgr ch hg HG_A options host_failure_detection_time=120');
    expect(answer).toMatchObject({ kind: 'said', status: 0, text: 'change host group HG_A of cluster01: host failure detection time from 90 s to 120 s' });
    expect((await lab.entries()).at(-1)!.event).toMatchObject({ type: 'estate.imported', source: 'modify host_group HG_A options host_failure_detection_time=120 by ana' });
  });
  test('dry_run=yes shows it only', async () => {
    expect(await say('modify vm billing priority=low dry_run=yes')).toMatchObject({ text: expect.stringContaining('priority from high to low'), next: ['modify vm billing priority=low'] });
    expect(estate().tenants[0]!.vms[0]!.priority).toBe('high');
  });
  test('what is so already changes nothing', async () => {
    const { seq } = node.state;
    expect(text(await say('modify vm billing priority=high'))).toContain('That is so already');
    expect(node.state.seq).toBe(seq);
  });
  test('what an open run uses stays', async () => {
    await makeReady(lab, node);
    const run = runIn(await say('move site from=customerA to=service_provider'));
    expect(text(await say('delete vm billing'))).toMatch(new RegExp(`${run} \\(proposed\\) uses VM billing\\. The change leaves that no more.*send the command again`));
  });
  test('a change that does not fit is refused in the file\'s words, with the command that mends it', async () => {
    expect(text(await say('modify vm billing after=payroll')).includes('add')).toBe(false);
    expect(await say('modify vm payroll after=billing')).toMatchObject({ code: 'does-not-fit', what: expect.stringContaining('wait for each other in a circle'), command: expect.stringContaining('after=none') });
    expect(estate().tenants[0]!.vms[1]!.after).toBeUndefined();
  });
  test.each<[string, string, RegExp]>([
    ['the last host of a group', 'modify host_group HG_A remove hosts=pbrazos', /Nothing would be left/],
    ['the pair of a host in use', 'pair host pbrazos pair=none', /Host 'pbrazos' has no pair at the backup site/],
    ['the only HMC', 'delete hmc vmhmc1', /host pbrazos still hangs on it/],
    ['an attribute of the cloud', 'modify system staticipenable=yes tenant=cluster01', /PowerVS clusters/],
    ['an attribute that is none', 'modify system hmc_ping_timr=10 tenant=cluster01', /Did you mean hmc_ping_timer/],
    ['another pair of sites', 'modify system replication_type=sync sites=customerA,customerB tenant=cluster01', /It has customerA and service_provider/],
    ['HA for a cluster of two sites', 'modify ksyscluster cluster01 type=HA', /has one site.*estate export/],
    ['sync=no', 'add ksyscluster c3 ksysnodes=n sync=no', /the journal/],
    ['the only clusters', 'delete vm nobody', /There is no VM 'nobody'/],
  ])('%s stays, with the reason', async (_title, line, says) => {
    expect(text(await say(line))).toMatch(says);
    expect((await lab.entries()).filter(({ event }) => event.type === 'estate.imported')).toHaveLength(1);
  });

  test('two people at once: both changes stand', async () => {
    await Promise.all([say('modify vm billing priority=low'), say('modify vm payroll priority=low', 'ben'), say('modify vm orders priority=low')]);
    expect(estate().tenants[0]!.vms.slice(0, 3).map(({ priority }) => priority)).toEqual(['low', 'low', 'low']);
  });
});

describe('who may', () => {
  beforeEach(async () => {
    const read = readEstate(readFileSync('estates/demo.yaml', 'utf8').replace('name: dora, display_name: Dora Meyer, roles: [viewer]', 'name: dora, display_name: Dora Meyer, roles: [operator]'), 'demo.yaml');
    if (!read.ok) throw new Error('broken');
    lab = createLab({ estate: read.estate });
    node = await lab.boot();
  });

  test.each(['modify vm billing priority=low', 'add workgroup WG_A vms=billing,payroll', 'modify host_group HG_A options skip_resource_check=yes', 'unmanage vm reports', 'unmanage disk diskid=hdisk1 vm=billing', 'add notify user=dan contact=+15550002222', 'ch hg HG_A vm_failure_detection_speed=fast'])('a customer\'s operator: %s', async (line) => {
    const answer = await say(line, 'dora');
    expect([text(answer), answer.status]).toEqual([expect.anything(), 0]);
  });
  test.each(['modify vm billing memory_mb=1024', 'modify vm billing host=pbrazos2', 'modify host_group HG_A backup_hosts=snorlax', 'manage vm new1 host=pbrazos', 'delete vm reports', 'modify system notification_level=high', 'add hmc h hostname=h.example site=customerA', 'pair host pbrazos pair=snorlax', 'add snapshot filepath=s', 'restore snapshot filepath=s', 'delete ksyscluster cluster01'])('not a customer\'s operator: %s', async (line) => {
    expect((await say(line, 'dora')).status).toBeGreaterThan(0);
    expect((await lab.entries()).filter(({ event }) => event.type === 'estate.imported' || event.type === 'snapshot.taken')).toHaveLength(1);
  });
  test.each(['modify vm crm priority=low', 'unmanage vm shop', 'delete notify user=erik', 'modify notify oldcontact=erik newcontact=x@y.example', 'add workgroup W vms=crm', 'query vm crm', 'manage vm ALL host=raichu', 'query disk vm=crm', 'modify notify oldcontact=ana@provider.example newcontact=x@y.example', 'query estate', 'query snapshot', 'add notify user=z contact=z@z.example tenant=cluster02'])('nothing of another customer is changed or told: %s', async (line) => {
    const answer = await say(line, 'dora');
    expect(JSON.stringify([answer.kind === 'refusal' ? '' : answer])).not.toMatch(/raichu|HG_B|memory/);
    expect((await lab.entries()).filter(({ event }) => event.type === 'estate.imported')).toHaveLength(1);
  });
  test('a viewer is told who may, and the refusal is kept', async () => {
    expect(await say('modify vm billing priority=low', 'vic')).toMatchObject({ code: 'not-an-operator', next: expect.stringContaining('ana and ben') });
    expect((await lab.entries()).at(-1)!.event).toMatchObject({ type: 'command.refused', line: 'modify vm billing' });
  });
});

describe('contacts, scripts, workgroups and snapshots', () => {
  beforeEach(() => boot('estates/hadr.yaml'));
  const contacts = () => estate().contacts.filter(({ user }) => user === 'dan');

  test('one user may have several contacts; addresses change and go one by one', async () => {
    await say('add notify user=dan contact=dan@a.example');
    await say('add notify user=dan contact=+15550003333');
    await say('add notify user=dan contact=second@a.example');
    expect(contacts()).toEqual([{ user: 'dan', tenant: null, email: 'dan@a.example', phone: '+15550003333' }, { user: 'dan', tenant: null, email: 'second@a.example', phone: null }]);
    await say('modify notify oldcontact=dan@a.example newcontact=dan@b.example');
    await say('delete notify user=dan contact=second@a.example');
    await say('modify notify user=dan notification_level=high');
    expect(contacts()).toEqual([{ user: 'dan', tenant: null, email: 'dan@b.example', phone: '+15550003333', notificationLevel: 'high' }]);
    await say('add notify user=dan pager=4711@pager.example');
    await say('modify notify oldcontact=4711@pager.example newcontact=4712@pager.example');
    expect(contacts()[0]!.pager).toBe('4712@pager.example');
    await say('modify notify oldcontact=dan newcontact=dani');
    await say('delete notify user=dani');
    expect(estate().contacts.map(({ user }) => user)).toEqual(['ana', 'ben', 'dora']);
  });
  test.each([['add notify user=dan', /How is dan reached/], ['add notify user=dan contact=phone', /no address/], ['add notify contact=a@b.example', /Who is it/], ['add notify user=dan contact=a@b.example notification_level=loud', /low, medium, high, disable/], ['delete notify user=nobody', /no contact 'nobody'/], ['modify notify oldcontact=ana', /Which contact changes to what/], ['add notify script=look', /Which event starts look/], ['add notify user=dan contct=a@b.example', /Did you mean contact/]])('%s is refused with what is missing', async (line, says) => { expect(text(await say(line))).toMatch(says); });

  test('a script runs an action of the estate file only', async () => {
    expect(text(await say('add script entity=vm ziti030 post_online=flush'))).toMatch(/There is no action of this tenant 'flush'/);
    expect(text(await say('add script entity=site home_site pre_online=flush'))).toMatch(/no hook of a site/);
    expect(text(await say('add script entity=vm ziti030 post_onlin=flush'))).toMatch(/Did you mean post_online/);
    expect(text(await say('delete script entity=vm ziti030'))).toMatch(/has no script/);
    expect(text(await say('add notify script=flush event=HOST_FAILURE'))).toMatch(/There is no action of this tenant 'flush'/);
  });

  test('workgroups are made, changed and taken apart', async () => {
    expect((await say('add workgroup WG1 vms=ziti030 priority=high')).status).toBe(0);
    await say('modify workgroup WG1 add vms=ziti005');
    await say('modify wg WG1 SkipAutoResync=ON drvlanmap=10:910');
    expect(estate().tenants[0]!.workgroups).toEqual([{ name: 'WG1', hostGroup: 'HG1', vms: ['ziti030', 'ziti005'], priority: 'high', skipAutoResync: true, drVlanMap: [{ home: '10', backup: '910' }] }]);
    expect(await json('query workgroup WG1')).toEqual([expect.objectContaining({ VMs: ['ziti030', 'ziti005'], SkipAutoResync: 'ON', Priority: 'high', drvlanmap: '10:910' })]);
    expect(text(await say('delete vm ziti030'))).toMatch(/workgroup WG1.*modify workgroup WG1 remove vms=ziti030/);
    await say('modify workgroup WG1 remove vms=ziti030');
    await say('delete workgroup WG1');
    expect(estate().tenants[0]!.workgroups).toBeUndefined();
  });

  test('VMs and disks are managed and left alone, one by one, several, or all of a host', async () => {
    const managed = (): string[] => estate().tenants[0]!.vms.filter((vm) => vm.unmanaged !== true).map(({ name }) => name);
    await say('unmanage vm ziti030,ziti005');
    expect(managed()).toEqual(['ziti032', 'ziti001']);
    expect((await json('query vm state=unmanage')).map(({ Name }) => Name)).toEqual(['ziti030', 'ziti005']);
    await say('manage vm ALL host_group=HG1');
    expect(managed()).toHaveLength(4);
    await say('umg lpar ALL host=ragu-9119-MME-SN106CDC7');
    expect(managed()).toEqual(['ziti005', 'ziti001']);
    await say('unmanage disk ziti005.hdisk1');
    expect(await json('query disk vm=ziti005')).toEqual([expect.objectContaining({ DiskIDs: ['hdisk0 -> hdisk0', 'hdisk1 -> Unmanaged'] })]);
    expect((await json('query disk_pair vm=ziti005')).map(({ Disk }) => Disk)).toEqual(['hdisk0']);
  });

  test('a snapshot brings the configuration back, people stay as they are', async () => {
    expect((await say('add snapshot filepath=before')).status).toBe(0);
    expect(await say('add snapshot filepath=before')).toMatchObject({ code: 'there' });
    await say('modify vm ziti030 priority=low');
    await say('add notify user=dan contact=dan@a.example');
    expect(await json('query snapshot before')).toEqual([expect.objectContaining({ File: 'before', Cluster: ['KSYS_HA_DR_1, node ksys204, type HADR'] })]);
    const look = await say('restore snapshot filepath=before');
    expect([text(look), next(look)]).toEqual([expect.stringMatching(/Nothing was changed yet[\s\S]*priority from low to high[\s\S]*discovered and verified/), 'restore snapshot filepath=before confirm=yes']);
    expect(next(await say('restore snapshot filepath=before confirm=yes'))).toBe('discover site home_site');
    expect([estate().tenants[0]!.vms[1]!.priority, estate().contacts.length]).toEqual(['high', 3]);
    expect(text(await say('restore snapshot filepath=befor'))).toMatch(/Did you mean before/);
    expect(text(await say('add snapshot filepath=/var/x.tar.gz'))).toMatch(/kept in the journal under a name/);
  });
});
