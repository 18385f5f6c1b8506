import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEstate } from '../../src/config/read-estate.js';
import { writeEstate } from '../../src/config/write-estate.js';
import type { Answer } from '../../src/core/answer.js';
import type { Estate } from '../../src/core/estate.js';
import { estateDiff } from '../../src/core/estate-diff.js';
import { incidentStream, dutyStream, peopleStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { createDesk } from '../../src/desk/create-desk.js';
import { record, type DeskParts } from '../../src/desk/parts.js';
import { anIncident } from '../chatops/fixture.js';
import { tinyEstate } from '../scenarios/lab/estates.js';
import { createLab, type Lab } from '../scenarios/lab/lab.js';

const withDuty = (base: Estate): Estate => ({
  ...base,
  onCall: [{ name: 'dr', tenants: 'all', timeZone: 'UTC', source: { kind: 'rotation', people: ['ana', 'ben'], from: '2020-01-06', handover: '09:00', shiftDays: 7 } }],
  escalations: [{ name: 'all', tenants: 'all', severities: ['critical'], steps: [{ afterMs: 0, to: ['on_call:dr'] }, { afterMs: 600_000, to: ['ben'] }], repeat: 0 }],
  routes: [{ severity: 'warning', tenants: 'all', surfaces: ['email'] }],
});

describe('who is on call, from chat', () => {
  let lab: Lab;
  let parts: DeskParts;
  let say: (line: string, who?: string) => Promise<Answer>;
  const rows = async (line: string, who = 'ana'): Promise<Record<string, string | string[]>[]> => { const answer = await say(line, who); return answer.kind === 'blocks' ? answer.json as Record<string, string | string[]>[] : []; };

  beforeEach(async () => {
    lab = createLab({ estate: withDuty(tinyEstate()) });
    ({ parts } = await lab.boot());
    const desk = createDesk(parts);
    say = (line, who = 'ana') => desk.command({ person: parts.live.current.estate!.people.find((each) => each.name === who)!, surface: 'cli' }, line);
  });
  afterEach(() => lab.close());

  test('query on_call says who, until when, by which ways, and who comes then', async () => {
    const [duty] = await rows('query on_call');
    expect(duty).toMatchObject({ 'On-call schedule': 'dr', Tenants: 'all', 'Comes from': 'rotation of ana, ben, every 7 days at 09:00 UTC' });
    expect(duty!['On call now']).toMatch(/^(ana|ben) until /);
    expect(duty!.Then).toHaveLength(8);
  });

  test('an override is entered, shown, and taken back', async () => {
    const now = String((await rows('query oncall'))[0]!['On call now']).split(' ')[0];
    const other = now === 'ana' ? 'ben' : 'ana';
    expect(await say(`add override person=${other} for=12h reason="ana is ill"`)).toMatchObject({ status: 0, json: { override: 'O-1', schedule: 'dr', person: other } });
    expect((await rows('query on_call dr'))[0]!['On call now']).toMatch(new RegExp(`^${other} until .* \\(O-1\\)$`));
    expect(await rows('query override')).toMatchObject([{ Override: 'O-1', 'On call': other, 'Entered by': 'ana', Reason: 'ana is ill' }]);
    expect(await say('delete override O-1')).toMatchObject({ status: 0 });
    expect(await rows('query override')).toEqual([]);
    expect((await rows('query on_call dr'))[0]!['On call now']).toMatch(new RegExp(`^${now} until `));
  });

  test.each([
    ['add override for=12h', 3, 'person-missing'], ['add override person=zed for=12h', 2, 'no-such-person'], ['add override person=ben', 3, 'until'], ['add override person=ben for=99d', 4, 'until'], ['add override person=ben for=12h until=2099-01-01T00:00', 4, 'until'], ['add override person=ben for=later', 4, 'until'],
    ['add override person=ben until=2001-01-01T00:00 from=2000-12-31T00:00', 4, 'until'], ['add override on_call=none person=ben for=1h', 2, 'no-such-schedule'], ['add override person=ben for=1h where=here', 4, 'unknown-attribute'], ['add override person=dora for=1h', 2, 'no-such-person'],
    ['delete override', 3, 'no-such-override'], ['delete override O-9', 2, 'no-such-override'], ['swap on_call dr', 3, 'with-missing'], ['swap on_call dr with=zed', 2, 'no-shift'], ['swap on_call dr with=ben mine=tomorrow', 4, 'mine'], ['escalate', 3, 'no-such-incident'], ['escalate I-9', 2, 'no-such-incident'],
  ])('%s is refused with what to do', async (line, status, code) => {
    const answer = await say(line);
    expect(answer).toMatchObject({ kind: 'refusal', status, code });
    expect((answer as { next: string }).next).not.toBe('');
    expect(parts.live.current.duty.overrides).toEqual([]);
  });

  test('who is no operator takes a duty, and gives none', async () => {
    const who = parts.live.current.estate!.people.find(({ roles, tenants }) => tenants === 'all' && !roles.includes('operator'))!.name;
    expect(await say('add override person=ana for=1h', who)).toMatchObject({ kind: 'refusal', status: 1, code: 'not-an-operator' });
    expect(await say(`add override person=${who} for=1h`, who)).toMatchObject({ status: 0 });
  });

  test('a swap is two overrides, both or neither', async () => {
    expect(await say('swap on_call dr with=ben')).toMatchObject({ status: 0, json: { overrides: ['O-1', 'O-2'] } });
    const [first, second] = parts.live.current.duty.overrides;
    expect([first!.person, second!.person]).toEqual(['ben', 'ana']);
    expect(first!.until - first!.from).toBe(second!.until - second!.from);
    expect((await rows('query override')).map(({ Reason: reason }) => reason)).toEqual(['swap of ana and ben', 'swap of ana and ben']);
  });

  test('escalate calls the next at once; query escalation shows whom, and who comes then', async () => {
    await record(parts, [
      { stream: incidentStream, tenant: 'cluster01', actor: lifeboat('monitor'), event: { type: 'incident.opened', incident: anIncident() } },
      { stream: dutyStream, tenant: 'cluster01', actor: lifeboat('monitor'), event: { type: 'escalation.started', incident: 'I-3', policy: 'all', steps: withDuty(tinyEstate()).escalations![0]!.steps, repeat: 0 } },
      { stream: dutyStream, tenant: 'cluster01', actor: lifeboat('monitor'), event: { type: 'incident.paged', incident: 'I-3', level: 0, people: ['ana'], because: 'due' } },
    ]);
    expect((await rows('query escalation I-3'))[0]).toMatchObject({ Escalation: 'all', 'Looks after it': 'nobody', 'At once': 'escalate I-3' });
    expect(await say('escalate I-3')).toMatchObject({ status: 0, json: { incident: 'I-3', called: ['ben'] } });
    expect(await say('escalate I-3')).toMatchObject({ kind: 'refusal', code: 'chain-over' });
    expect((await rows('query escalation all'))[0]).toMatchObject({ Steps: ['1: at once on_call:dr', '2: after 10 min ben'], Ways: ['critical: slack, teams, email, sms'] });
  });

  test('who leaves is on call no more, and the estate stays sound', async () => {
    await record(parts, [{ stream: peopleStream, tenant: null, actor: lifeboat('owner'), event: { type: 'person.offboarded', person: 'ana', unlinked: [], tokens: [], passkeys: [], approvals: [] } }]);
    expect(parts.live.current.estate!.onCall![0]!.source).toMatchObject({ people: ['ben'] });
    expect((await rows('query on_call', 'ben'))[0]!['On call now']).toMatch(/^ben until /);
  });
});

test('an estate with all of it is written and read back', () => {
  const estate: Estate = { ...withDuty(tinyEstate()), onCall: [...withDuty(tinyEstate()).onCall!, { name: 'others', tenants: ['cluster01'], source: { kind: 'calendar', url: 'env:DR_CALENDAR' } }], people: tinyEstate().people.filter(({ name }) => name !== 'erik').map((person) => (person.name === 'ana' ? { ...person, language: 'de', quietHours: { from: '22:00', to: '07:00' }, digestAt: '08:00' } : person)) };
  const read = readEstate(writeEstate(estate), 'written.yaml');
  expect(read.ok ? read.estate : read.problems).toEqual(estate);
  expect(estateDiff(tinyEstate(), estate).join('\n')).toContain('on-call schedule');
});

test.each([
  ['on_call: [{ name: dr, rotation: { people: [zed], from: "2026-01-01" } }]', 'There is no person \'zed\'.'],
  ['on_call: [{ name: dr }]', 'neither a rotation nor a calendar'],
  ['on_call: [{ name: dr, calendar: "http://calendar.example/x" }]', 'Write the calendar\'s address'],
  ['on_call: [{ name: dr, rotation: { people: [dora], from: "2026-01-01" } }]', 'dora does not see every tenant'],
  ['on_call: [{ name: dr, rotation: { people: [ana], from: "2026-13-01" } }]', '\'2026-13-01\' is not a day'],
  ['escalations: [{ name: all, steps: [{ to: ["on_call:none"] }] }]', 'There is no on-call schedule \'none\'.'],
  ['escalations: [{ name: all, steps: [{ after: soon, to: [ana] }] }]', 'Write a time, such as 10m.'],
  ['routes: [{ severity: critical, tenants: [cluster09], surfaces: [sms] }]', 'There is no tenant \'cluster09\'.'],
])('%s is refused with its place', (lines, what) => {
  const { onCall: _onCall, escalations: _escalations, ...plain } = tinyEstate();
  const read = readEstate(`${writeEstate(plain)}\n${lines}\n`, 'estate.yaml');
  expect(read.ok ? [] : read.problems.map((problem) => `${problem.what} ${problem.line === null ? 'nowhere' : ''}`).join('\n')).toContain(what);
});
