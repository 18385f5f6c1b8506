import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEstate } from '../../src/config/read-estate.js';
import { writeEstate } from '../../src/config/write-estate.js';
import type { Answer } from '../../src/core/answer.js';
import { range, readValue, writeValue } from '../../src/core/attribute-form.js';
import { dutyAttributes } from '../../src/core/on-call/attributes.js';
import { dutyStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { calledFirst, dutyNow } from '../../src/core/on-call/now.js';
import { sampleOf } from '../core/attribute-samples.js';
import { createLab, type Lab, type LabNode } from '../scenarios/lab/lab.js';

/** The demo estate: ana, ben and chris are the provider's, dora is customer A's alone, here as an operator. */
const demo = readEstate(readFileSync('estates/demo.yaml', 'utf8'), 'demo.yaml');
let lab: Lab;
let node: LabNode;
const say = (line: string, person = 'ana'): Promise<Answer> => node.say(person, line);
const text = (answer: Answer): string => (answer.kind === 'said' ? [answer.text, ...answer.next].join('\n') : answer.kind === 'refusal' ? `${answer.what} ${answer.next} ${answer.command ?? ''}` : JSON.stringify(answer));
const estate = () => node.state.estate!;
const schedule = (name = 'dr') => estate().onCall?.find((each) => each.name === name);
const chain = (name = 'night') => estate().escalations?.find((each) => each.name === name);

beforeEach(async () => {
  if (!demo.ok) throw new Error('broken');
  const { onCall: _onCall, escalations: _escalations, ...plain } = demo.estate;
  lab = createLab({ estate: { ...plain, people: plain.people.map((person) => (person.name === 'dora' ? { ...person, roles: ['viewer', 'operator'] } : person)) } });
  node = await lab.boot();
});
afterEach(() => lab.close());

const made = async (): Promise<void> => {
  for (const line of ['add on_call dr people=ana,ben from=2020-01-06', 'add escalation night steps=on_call:dr,10m:ben+chris']) expect([line, (await say(line)).status]).toEqual([line, 0]);
};

describe('on-call schedules and escalations by command', () => {
  test('a rotation is added, is in force at once, and the answer shows the difference', async () => {
    const answer = await say('add on_call dr people=ana,ben from=2020-01-06 time_zone=Europe/Lisbon');
    expect(text(answer)).toBe('add on-call schedule dr (tenants all, time zone Europe/Lisbon, people ana, ben, from 2020-01-06, handover 09:00, shift 7 days, kind rotation)\nNo escalation calls it yet: add escalation NAME steps=on_call:dr\nquery on_call\nquery escalation');
    expect(schedule()).toEqual({ name: 'dr', tenants: 'all', timeZone: 'Europe/Lisbon', source: { kind: 'rotation', people: ['ana', 'ben'], from: '2020-01-06', handover: '09:00', shiftDays: 7 } });
    expect(['ana', 'ben']).toContain(dutyNow(node.state, schedule()!, lab.clock.now())!.person);
  });

  test('an escalation is added with its steps; whoever is on call is the first whom an incident calls', async () => {
    await made();
    expect(chain()).toEqual({ name: 'night', tenants: 'all', severities: ['critical'], repeat: 1, steps: [{ afterMs: 0, to: ['on_call:dr'] }, { afterMs: 600_000, to: ['ben', 'chris'] }] });
    expect(calledFirst({ tenant: 'cluster02', severity: 'critical' }, node.state, lab.clock.now())).toEqual([dutyNow(node.state, schedule()!, lab.clock.now())!.person]);
  });

  test('both are changed attribute by attribute, and a list by add and remove', async () => {
    await made();
    expect(text(await say('modify on_call dr handover=08:00 shift_days=1'))).toContain('change on-call schedule dr: handover from 09:00 to 08:00\nchange on-call schedule dr: shift from 7 days to 1 days');
    expect(text(await say('modify on_call dr add people=chris'))).toContain('change on-call schedule dr: people from ana, ben to ana, ben, chris');
    expect(text(await say('modify on_call dr remove people=ben'))).toContain('people from ana, ben, chris to ana, chris');
    expect(text(await say('modify on_call dr handover=default shift_days=default'))).toContain('handover from 08:00 to 09:00');
    expect(text(await say('modify escalation night repeat=0 steps=on_call:dr,5m:chris'))).toMatch(/change escalation night: repeat from 1 to 0[\s\S]*Incidents that are open keep the chain/);
    expect(text(await say('modify escalation night add severities=warning'))).toContain('severities from critical to critical, warning');
    expect(chain()).toMatchObject({ repeat: 0, severities: ['critical', 'warning'], steps: [{ to: ['on_call:dr'] }, { afterMs: 300_000, to: ['chris'] }] });
  });

  test('a rotation becomes a calendar that somebody else keeps, and a rotation again', async () => {
    await made();
    expect(text(await say('modify on_call dr calendar=env:DR_CALENDAR'))).toContain('calendar from none to env:DR_CALENDAR');
    expect(schedule()!.source).toEqual({ kind: 'calendar', url: 'env:DR_CALENDAR' });
    expect(text(await say('modify on_call dr people=ben'))).toMatch(/When does the first shift of ben begin\?.*modify on_call dr people=ben from=\d{4}-\d\d-\d\d$/);
    expect((await say('modify on_call dr people=ben from=2020-01-06')).status).toBe(0);
    expect(schedule()!.source).toMatchObject({ kind: 'rotation', people: ['ben'] });
    expect((await say('add on_call theirs calendar=https://calendar.example/dr.ics tenants=cluster01')).status).toBe(0);
    expect(schedule('theirs')).toEqual({ name: 'theirs', tenants: ['cluster01'], source: { kind: 'calendar', url: 'https://calendar.example/dr.ics' } });
  });

  test('they are deleted in reverse order, and who is called by nobody any more is said', async () => {
    await made();
    expect(await say('delete on_call dr')).toMatchObject({ kind: 'refusal', status: 1, code: 'in-use', command: 'modify escalation night steps=10m:ben+chris' });
    expect(text(await say('delete escalation night'))).toContain('A critical incident of cluster01 and cluster02 calls nobody any more.');
    expect((await say('delete on_call dr')).status).toBe(0);
    expect([estate().onCall, estate().escalations]).toEqual([undefined, undefined]);
  });

  test('what was known of a schedule or a calendar goes with it', async () => {
    await made();
    await say('add override on_call=dr person=ben for=12h');
    await say('add on_call theirs calendar=env:DR_CALENDAR');
    const now = lab.clock.now();
    const read = (name: string) => node.parts.journal.append({ entries: [{ stream: dutyStream, tenant: null, actor: lifeboat('schedule'), event: { type: 'calendar.read', schedule: name, shifts: [{ person: 'ana', from: now, until: now + 3_600_000 }], unknown: [] } }] }).then((committed) => node.parts.live.reach(committed.at(-1)!.seq));
    await read('theirs');
    await say('modify on_call theirs time_zone=UTC');
    expect(dutyNow(node.state, schedule('theirs')!, now)!.person).toBe('ana');
    await say('modify on_call theirs calendar=env:ANOTHER_CALENDAR');
    expect(dutyNow(node.state, schedule('theirs')!, now)).toBeNull();
    await say('modify escalation night steps=ben');
    expect(text(await say('delete on_call dr'))).toContain('Its overrides go with it.');
    await say('add on_call dr people=ana from=2020-01-06');
    expect([node.state.duty.overrides, dutyNow(node.state, schedule()!, now)!.person]).toEqual([[], 'ana']);
    // Its number is not given to another one.
    expect(await say('add override on_call=dr person=ben for=12h')).toMatchObject({ json: { override: 'O-2' } });
  });

  test('dry_run=yes shows the difference only', async () => {
    expect(await say('add on_call dr people=ana from=2020-01-06 dry_run=yes')).toMatchObject({ status: 0, json: { applied: false }, next: ['add on_call dr people=ana from=2020-01-06'] });
    expect(schedule()).toBeUndefined();
  });

  test('it is journalled as an import by the person, and what is written as a file is the same estate', async () => {
    await made();
    await say('add on_call theirs calendar=env:DR_CALENDAR tenant=cluster01 time_zone=UTC');
    const entries = await node.parts.journal.read({ stream: 'estate' });
    expect(entries.filter(({ event }) => event.type === 'estate.imported').slice(-3).map(({ actor, event }) => [(actor as { person: string }).person, (event as { source: string }).source])).toEqual([
      ['ana', 'add on_call dr people=ana,ben from=2020-01-06 by ana'], ['ana', 'add escalation night steps=on_call:dr,10m:ben+chris by ana'], ['ana', 'add on_call theirs calendar=env:DR_CALENDAR tenant=cluster01 time_zone=UTC by ana'],
    ]);
    expect(readEstate(writeEstate(estate()), 'y.yaml')).toEqual({ ok: true, estate: estate() });
  });
});

describe('what does not fit is refused with what to do, and nothing changes', () => {
  test.each<[string, number, string, RegExp]>([
    ['add on_call', 3, 'name', /name of the on-call schedule is missing.*add on_call NAME people/], ['add on_call dr', 1, 'there', /There is an on-call schedule dr already/], ['add on_call new', 3, 'people-missing', /Who is on call for new\?.*calendar=ADDRESS.*add on_call new people=/],
    ['add on_call new people=ana', 3, 'from-missing', /add on_call new people=ana from=\d{4}-\d\d-\d\d$/], ['add on_call new people=bne from=2026-11-23', 2, 'no-such-person', /Did you mean "?ben"?\?.*add on_call new people=ben from=2026-11-23$/],
    ['add on_call new people=ana,dora from=2026-11-23', 4, 'does-not-fit', /dora does not see every tenant, and would be called for it\..*query person dora$/], ['add on_call new people=ana from=2026-02-30', 4, 'value', /Write a day, such as 2026-11-23/], ['add on_call new people=ana from=2026-11-23 handover=24:00', 4, 'value', /00:00 to 23:59/],
    ['add on_call new people=ana from=2026-11-23 shift_days=0', 4, 'value', /1 to 366 days/], ['add on_call new people=ana from=2026-11-23 time_zone=Mars/Base', 4, 'value', /IANA time zone/], ['add on_call new people=ana from=2026-11-23 calendar=env:C', 4, 'both', /either a rotation or a calendar/],
    ['add on_call new calendar=ftp://x', 4, 'value', /https:\/\//], ['add on_call new people=ana from=2026-11-23 tenants=cluster09', 4, 'does-not-fit', /no tenant 'cluster09'/], ['add on_call new people=ana from=2026-11-23 every=1w', 4, 'unknown-attribute', /It takes tenants, people, from, handover, shift_days, calendar, time_zone/],
    ['add on_call new people=ana from=2026-11-23 tenant=cluster01 tenants=cluster01', 4, 'twice', /say the same/], ['modify on_call dr', 3, 'nothing', /What shall change of dr\?/], ['modify on_call dx people=ana', 2, 'not-found', /modify on_call dr people=ana$/], ['modify on_call dr remove people=ana,ben', 1, 'last', /Nothing would be left in dr.*delete on_call dr$/],
    ['modify on_call dr remove people=chris', 2, 'not-in-it', /chris is not in dr/], ['add escalation new', 3, 'steps-missing', /add escalation new steps=on_call:dr$/], ['add escalation new steps=10x:ana', 4, 'value', /on_call:dr,10m:ben\+chris/], ['add escalation new steps=on_call:none', 4, 'does-not-fit', /no on-call schedule 'none'.*query on_call$/],
    ['add escalation new steps=zed', 4, 'does-not-fit', /no person 'zed'.*query person$/], ['modify escalation night severities=loud', 4, 'value', /critical, warning, info/], ['modify escalation night repeat=11', 4, 'value', /0 to 10/], ['modify escalation night tenants=all steps=dora', 4, 'does-not-fit', /dora does not see every tenant/],
    ['modify on_call dr tenants=cluster01', 4, 'does-not-fit', /not for every tenant of this escalation/], ['delete on_call dr when=now', 4, 'unknown-attribute', /no attribute 'when'/],
  ])('%s', async (line, status, code, says) => {
    await made();
    const before = node.state.seq;
    const answer = await say(line);
    expect([answer.kind, answer.status, (answer as { code: string }).code, text(answer).trim()]).toEqual(['refusal', status, code, expect.stringMatching(says)]);
    expect(node.state.seq).toBe(before);
  });

  test('who is called is the provider\'s, and an operator\'s', async () => {
    await made();
    expect(await say('modify on_call dr people=ana', 'dora')).toMatchObject({ kind: 'refusal', status: 1, code: 'providers' });
    expect(await say('delete escalation night', estate().people.find(({ roles }) => !roles.includes('operator'))!.name)).toMatchObject({ kind: 'refusal', status: 1, code: 'not-an-operator' });
    expect(chain()).toBeDefined();
  });

  test('a cluster under construction has nobody to be called for', async () => {
    await say('add ksyscluster cluster03 ksysnodes=r7r3m117 sync=yes');
    expect(await say('add on_call new people=ana from=2020-01-06 tenants=cluster03')).toMatchObject({ kind: 'refusal', status: 1, code: 'under-construction', command: 'query ksyscluster cluster03' });
  });

  test('a chain that would call nobody at all', async () => {
    await say('add on_call dr people=ana from=2020-01-06');
    await say('add escalation night steps=on_call:dr');
    expect(await say('modify on_call dr from=2999-01-01')).toMatchObject({ kind: 'refusal', status: 1, code: 'nobody-called', what: 'As it would be now, escalation night calls nobody at all.', command: 'query on_call' });
    expect(await say('delete on_call dr')).toMatchObject({ kind: 'refusal', code: 'in-use', command: 'delete escalation night' });
    await say('modify escalation night steps=on_call:dr,10m:ben');
    expect((await say('modify on_call dr from=2999-01-01')).status).toBe(0);
  });

  test('the chain of an open incident, which is as it was, would call nobody any more', async () => {
    await say('add on_call dr people=ana from=2020-01-06');
    await node.parts.journal.append({ entries: [{ stream: dutyStream, tenant: 'cluster01', actor: lifeboat('monitor'), event: { type: 'escalation.started', incident: 'I-3', policy: 'night', steps: [{ afterMs: 0, to: ['on_call:dr'] }], repeat: 0 } }] }).then((committed) => node.parts.live.reach(committed.at(-1)!.seq));
    expect(await say('delete on_call dr')).toMatchObject({ kind: 'refusal', status: 1, code: 'nobody-called', what: 'As it would be now, the chain of I-3 calls nobody at all.' });
  });
});

describe('every attribute', () => {
  const samples: { readonly [attribute: string]: string } = { 'on_call.people': 'ben', 'on_call.tenants': 'all', 'on_call.from': '2020-02-03', 'escalation.tenants': 'cluster01', 'escalation.steps': 'on_call:dr,2h:chris' };
  test.each(dutyAttributes.map((attribute) => [`${attribute.entity} ${attribute.name}`, attribute] as const))('%s is taken and in force, refused with the range, and in docs/on-call.md', async (_name, attribute) => {
    await made();
    const { text: sample, bad, says } = sampleOf(attribute);
    const value = samples[`${attribute.entity}.${attribute.name}`] ?? sample;
    const [line, holder] = attribute.entity === 'on_call' ? ['modify on_call dr', () => { const { source, ...own } = schedule()!; return { ...own, ...source, ...(source.kind === 'calendar' ? { calendar: source.url } : {}) }; }] as const : ['modify escalation night', () => chain()!] as const;
    const answer = await say(`${line} ${attribute.name}=${value}`);
    expect([text(answer), answer.status]).toEqual([expect.anything(), 0]);
    const kept = (holder() as { readonly [key: string]: unknown })[attribute.key];
    expect(kept).toEqual((readValue(attribute.form, value) as { value: unknown }).value);
    expect(writeValue(attribute.form, kept)).toBe(value);
    expect(text(await say(`${line} ${attribute.name}="${bad}"`))).toContain(says);
    const cell = (words: string): string => words.replaceAll('|', '\\|');
    expect(readFileSync('docs/on-call.md', 'utf8').split('\n')).toContain(`| \`${attribute.name}\` | ${cell(range(attribute.form))} | ${cell(attribute.default === '' ? 'must be given' : attribute.default)} | ${cell(attribute.effect)} |`);
  });
});
