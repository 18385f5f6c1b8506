import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { problemText } from '../../src/config/problem.js';
import { readEstate } from '../../src/config/read-estate.js';

const folder = fileURLToPath(new URL('./estates/', import.meta.url));
const problemsOf = (name: string) => {
  const read = readEstate(readFileSync(`${folder}${name}.yaml`, 'utf8'), `${name}.yaml`);
  return read.ok ? [] : read.problems;
};

type Mistake = [file: string, line: number, at: string, what: string, remedy: string];
const mistakes: Mistake[] = [
  ['not-yaml', 2, '', 'This is not YAML: Flow sequence in block collection', 'lifeboat estate check FILE'],
  ['key-twice', 4, '', 'This is not YAML: Map keys must be unique.', 'Mend the line'],
  ['misspelt-key', 4, 'clok_rate', "'clok_rate' is not known here. Did you mean clock_rate?", 'Correct the name or take the line out.'],
  ['misspelt-key-deep', 29, 'tenants.0.vms.0.host_gruop', 'Did you mean host_group?', 'Correct the name or take the line out.'],
  ['password-in-file', 19, 'tenants.0.password', "'password' is not known here.", 'Secrets come from the environment only: take the line out, and change the secret'],
  ['missing-key', 17, 'tenants.0.home_site', "'home_site' is missing.", "Add 'home_site' here"],
  ['time-without-quotes', 22, 'tenants.0.auto_discovery_time', 'Write hh:mm, 00:00 to 23:59, in quotes.', 'Correct the value.'],
  ['time-zone', 3, 'time_zone', 'Write an IANA time zone, such as Europe/Berlin or UTC.', 'Correct the value.'],
  ['detection-time', 24, 'tenants.0.host_groups.0.host_failure_detection_time', 'This must be 90 to 600 seconds.', 'Correct the value.'],
  ['uuid-in-capitals', 27, 'tenants.0.vms.0.uuid', 'Write a lower-case UUID.', 'Correct the value.'],
  ['role', 36, 'people.1.roles.0', 'This must be one of viewer, requester, operator, approver.', 'Correct the value.'],
  ['people-of-no-list', 36, 'people.1.tenants', 'fits none of the allowed forms', 'Write all, or a list of tenant names.'],
  ['phone', 38, 'contacts.0.phone', 'This must be a text.', 'Put the value in quotes.'],
  ['two-storage-agents', 15, 'sites.1.storage_agents', 'One storage agent per site.', 'Correct the value.'],
  ['site-that-is-none', 20, 'tenants.0.backup_site', "There is no site 'bakcup'. Did you mean backup?", 'Known: home, backup.'],
  ['backup-is-home', 20, 'tenants.0.backup_site', 'The backup site is the home site.', 'A tenant needs two different sites.'],
  ['home-of-nobody', 18, 'tenants.0.home_site', "Site 'home' does not belong to this tenant.", "Write 'tenant: acme' at that site."],
  ['host-twice', 14, 'sites.1.hosts.0.name', "The host 'host1' stands here a second time.", 'rename one'],
  ['host-uuid-twice', 14, 'sites.1.hosts.0.name', "The host UUID 'df470086", 'A UUID belongs to one machine'],
  ['vm-on-a-host-of-another-group', 28, 'tenants.0.vms.0.host', "There is no host in that host group 'host2'.", 'Known: host1.'],
  ['host-without-a-pair', 24, 'tenants.0.host_groups.0.hosts.0', "Host 'host1' has no pair at the backup site.", 'Add {active: host1, backup: ...} to host_pairs.'],
  ['person-of-no-tenant', 36, 'people.1.tenants.0', "There is no tenant 'acmee'. Did you mean acme?", 'Known: acme.'],
  ['contact-that-nobody-reaches', 38, 'contacts.0.user', "Contact 'ana' has neither an e-mail address nor a phone.", 'Add email: or phone:.'],
  ['one-approver', 34, 'people', 'Fewer than two of the provider\'s people', 'give a second person the role approver'],
];

describe('a mistake is told with its line, its place and what to do', () => {
  test.each(mistakes)('%s in line %i (%s)', (file, line, at, what, remedy) => {
    const found = problemsOf(file).find((problem) => problem.at === at);
    expect(found).toEqual({ file: `${file}.yaml`, line, at, what: expect.stringContaining(what), remedy: expect.stringContaining(remedy) });
  });

  test('every file of mistakes stands in this table', () => {
    const named = [...mistakes.map(([file]) => file), 'good', 'several-mistakes'];
    expect(readdirSync(folder).toSorted()).toEqual(named.map((name) => `${name}.yaml`).toSorted());
  });
});

test('all mistakes are told at once, each in words of its own', () => {
  expect(problemsOf('several-mistakes').map(problemText)).toEqual([
    'several-mistakes.yaml:4 (clock_rate): This must be at least 1. Correct the value.',
    'several-mistakes.yaml:31 (tenants.0.vms.0.processors): This must be a number, more than 0. Correct the value.',
    "several-mistakes.yaml:36 (people.1.display_name): 'display_name' is missing. Add 'display_name' here (docs/estate.md lists every attribute).",
  ]);
});

test('a secret in the file is not repeated by the message about it', () => { expect(JSON.stringify(problemsOf('password-in-file'))).not.toContain('hunter2'); });

test.each(['', 'null', '[]', 'just text', '- a\n- b', '{}'])('a file that holds only %j is refused, not thrown', (text) => {
  const read = readEstate(text, 'x.yaml');
  expect(read.ok ? [] : read.problems).not.toEqual([]);
});

test('what is left out has its default, and numbers get our units', () => {
  const read = readEstate(readFileSync(`${folder}good.yaml`, 'utf8'), 'good.yaml');
  expect(read.ok && read.estate).toMatchObject({
    simulated: true, clockRate: 10, sites: [{ tenant: 'acme' }, { tenant: null }],
    tenants: [{ contractPriority: 'silver', hostGroups: [{ hostFailureDetectionTimeMs: 90_000 }], vms: [{ priority: 'medium', disks: [{ attachment: 'npiv', mirrored: true }] }] }],
    people: [{ phone: null }, { email: null }], contacts: [{ tenant: null, notificationLevel: 'high' }],
  });
});

test('a real estate has no other clock than ours', () => {
  const read = readEstate(readFileSync(`${folder}good.yaml`, 'utf8').replace('simulated: true', 'simulated: false'), 'good.yaml');
  expect(read.ok && read.estate.clockRate).toBe(1);
});

test.each(['demo', 'hadr'])('the sample estate %s is fine', (name) => { expect(readEstate(readFileSync(`estates/${name}.yaml`, 'utf8'), `${name}.yaml`)).toMatchObject({ ok: true, estate: { name, simulated: true } }); });
