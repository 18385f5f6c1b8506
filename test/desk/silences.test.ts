import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { incidentStream } from '../../src/core/event.js';
import { watchedNames } from '../../src/core/incident-rules/closing.js';
import { lifeboat } from '../../src/core/names.js';
import { createIncidents, type Incidents } from '../../src/notify/incidents.js';
import { createLab, makeReady, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { anEvent } from '../notify/support.js';

let lab: Lab;
let node: LabNode;
let incidents: Incidents;
beforeEach(async () => {
  lab = createLab();
  node = await lab.boot();
  incidents = createIncidents({ journal: node.parts.journal, live: node.parts.live, clock: node.parts.clock });
});
afterEach(() => lab.close());
const replication = (change = {}) => anEvent({ name: 'VIOS_FAILURE', severity: 'warning', entityClass: 'vios', entity: 'vios1', key: 'VIOS_FAILURE:vios1', occurredAt: lab.clock.now(), ...change });

describe('add silence', () => {
  test('keeps back what matches; what is open at its end is told then', async () => {
    expect(await node.say('ana', 'add silence event=VIOS_* for=2h reason="firmware"')).toMatchObject({ status: 0, text: expect.stringMatching(/^L-1: VIOS_\*, all but critical, all tenants is not told until .*what is open at the end is told then/) });
    expect(await incidents.raise(replication())).toMatchObject({ silencedBy: 'L-1', told: 0 });
    expect(await node.say('ana', 'query silence L-1')).toMatchObject({ json: [expect.objectContaining({ State: 'in force', By: 'ana', Because: 'firmware', 'Kept back': expect.stringMatching(/^1, /) })] });
    expect(await node.say('ana', 'query incident I-1')).toMatchObject({ json: [expect.objectContaining({ 'Not told': 'silenced by L-1' })] });
    await lab.clock.advance(2 * 3_600_000);
    await incidents.tend();
    expect(node.state.incidents.get('I-1')).toMatchObject({ told: 1, toldBecause: 'silence-over' });
    expect(node.state.silences.get('L-1')).toMatchObject({ endedBy: null, endedAt: expect.any(Number) });
  });

  test('delete silence ends it early, and says what it kept back', async () => {
    await node.say('ana', 'add silence class=vios for=2h reason="firmware"');
    await incidents.raise(replication());
    expect(await node.say('ana', 'delete silence L-1')).toMatchObject({ status: 0, text: expect.stringContaining('It kept back 1') });
    await incidents.tend();
    expect(node.state.incidents.get('I-1')).toMatchObject({ told: 1 });
    expect(await node.say('ana', 'delete silence L-1')).toMatchObject({ status: 0, text: 'L-1 is over already.' });
  });

  test('one that is planned begins at its time', async () => {
    await node.say('ana', `add silence class=vios from=${new Date(lab.clock.now() + 3_600_000).toISOString().slice(0, 16)}Z for=2h reason="firmware"`);
    expect(await incidents.raise(replication())).toMatchObject({ told: 1 });
    await lab.clock.advance(3_700_000);
    expect(await incidents.raise(replication({ entity: 'vios2', key: 'VIOS_FAILURE:vios2' }))).toMatchObject({ silencedBy: 'L-1' });
  });

  test('a critical one speaks through it, and one that becomes critical does', async () => {
    await node.say('ana', 'add silence class=vios for=2h reason="firmware"');
    await incidents.raise(replication({ source: '/var/log/events' }));
    await incidents.raise(replication({ source: '/var/log/events', severity: 'critical' }));
    expect(node.state.incidents.get('I-1')).toMatchObject({ told: 1, toldBecause: 'worse', severity: 'critical' });
  });

  test.each<[string, string, number, string]>([
    ['without an end', 'add silence event=VIOS_* reason="x"', 3, 'until'],
    ['too long', 'add silence event=VIOS_* for=8d reason="x"', 4, 'until'],
    ['without a reason', 'add silence event=VIOS_* for=2h', 3, 'reason'],
    ['of everything', 'add silence event=* for=2h reason="x"', 3, 'matcher'],
    ['of site events', 'add silence class=site for=2h reason="x"', 4, 'class'],
    ['of a severity that there is none', 'add silence class=vm severity=info for=2h reason="x"', 4, 'severity'],
    ['with a name', 'add silence quiet class=vm for=2h reason="x"', 4, 'name'],
    ['with something unknown', 'add silence class=vm host=h for=2h reason="x"', 4, 'unknown-attribute'],
    ['that ended yesterday', 'add silence class=vm until=2001-01-01T00:00Z reason="x"', 4, 'until'],
  ])('%s is refused with the line that is right', async (_title, line, status, code) => { expect(await node.say('ana', line)).toMatchObject({ kind: 'refusal', status, code }); });

  test('a customer silences neither critical ones nor others, and sees only its own', async () => {
    await node.say('ana', 'add silence class=vios for=2h reason="firmware"');
    expect(await node.say('dora', 'query silence')).toMatchObject({ json: [] });
    expect((await node.say('dora', 'delete silence L-1'))).toMatchObject({ kind: 'refusal' });
    const { person } = { person: node.state.estate!.people.find(({ name }) => name === 'dora')! };
    const answer = await node.say('dora', 'add silence class=vm severity=critical for=2h reason="x"');
    expect(answer).toMatchObject({ kind: 'refusal', code: person.roles.includes('operator') ? 'providers' : 'not-an-operator' });
  });
});

describe('close incident', () => {
  const told = (change = {}) => replication({ source: 'ksys', ...change });

  test('ends, on somebody\'s word, what no observation ever will; who said so and why stays with it, and what it explained is told', async () => {
    await incidents.raise(told({ name: 'HOST_FAILURE', entityClass: 'host', entity: 'pbrazos', key: 'HOST_FAILURE:pbrazos', severity: 'critical' }));
    await incidents.raise(told({ site: 'customerA', name: 'VM_FAILURE_DETECTED', entityClass: 'vm', entity: 'billing', key: 'VM_FAILURE_DETECTED:billing', severity: 'critical' }));
    expect(node.state.incidents.get('I-2')!.causedBy).toBe('I-1');
    expect(await node.say('ana', 'close incident I-1 reason="the HMC shows it up"')).toMatchObject({ status: 0, text: expect.stringMatching(/^I-1 is closed, on your word: .*If ksys tells of it anew, a new incident opens\.$/) });
    expect(node.state.incidents.get('I-1')).toMatchObject({ resolvedAt: expect.any(Number), closed: { by: 'ana', reason: 'the HMC shows it up' } });
    expect(node.state.incidents.get('I-2')).toMatchObject({ resolvedAt: null, toldBecause: 'cause-over' });
    expect(await node.say('ana', 'query incident I-1')).toMatchObject({ json: [expect.objectContaining({ State: expect.stringMatching(/closed by ana: the HMC shows it up$/) })] });
    expect((await node.parts.journal.read({})).at(-2)).toMatchObject({ actor: { kind: 'person', person: 'ana' }, event: { type: 'incident.resolved', incident: 'I-1' } });
    expect(await node.say('ana', 'close i-1 reason="again"')).toMatchObject({ status: 0, text: expect.stringContaining('I-1 is over since') });
    expect(await incidents.raise(told({ name: 'HOST_FAILURE', entityClass: 'host', entity: 'pbrazos', key: 'HOST_FAILURE:pbrazos', severity: 'critical' }))).toMatchObject({ id: 'I-3', again: 'I-1' });
  });

  test('of two who close it at once one does, and the other hears that it is over', async () => {
    await incidents.raise(told());
    const answers = await Promise.all([node.say('ana', 'close incident I-1 reason="seen by me"'), node.say('ben', 'close incident I-1 reason="seen by me, too"')]);
    expect(answers.filter((answer) => /is closed, on your word/.test('text' in answer ? answer.text : ''))).toHaveLength(1);
    expect(answers.filter((answer) => /is over since/.test('text' in answer ? answer.text : ''))).toHaveLength(1);
  });

  test.each([
    ['close incident', 3, 'incident-missing'], ['close incident I-9 reason="x"', 2, 'no-such-incident'], ['close incident I-1', 3, 'reason-missing'], ['close incident I-1 reason="  "', 3, 'reason-missing'],
    ['close incident I-1 reason="x" for=1h', 4, 'unknown-attribute'], [`close incident I-1 reason="${'x'.repeat(501)}"`, 4, 'reason'],
  ])('%s is refused', async (line, status, code) => {
    await incidents.raise(told());
    expect(await node.say('ana', line)).toMatchObject({ kind: 'refusal', status, code });
    expect(node.state.incidents.get('I-1')!.resolvedAt).toBeNull();
  });

  test('what Lifeboat watches itself is not closed by a word, nor by somebody who is no operator', async () => {
    await incidents.raise(replication());
    expect(await node.say('ana', 'close incident I-1 reason="I think so"')).toMatchObject({ kind: 'refusal', code: 'observed', command: 'acknowledge I-1 for=4h' });
    await incidents.raise(told({ key: 'VIOS_FAILURE:vios2', entity: 'vios2' }));
    expect(await node.say('vic', 'close incident I-2 reason="I think so"')).toMatchObject({ kind: 'refusal', code: 'not-an-operator' });
    expect([...node.state.incidents.values()].every(({ resolvedAt }) => resolvedAt === null)).toBe(true);
  });

  test('a proposal that waits is decided first', async () => {
    await incidents.raise(told());
    await makeReady(lab, node);
    await node.say('ana', 'move site from=customerA to=service_provider');
    const run = [...node.state.runs.values()].find(({ status }) => status === 'proposed')!.plan.run;
    await node.parts.journal.append({ entries: [{ stream: incidentStream, tenant: 'cluster01', actor: lifeboat('monitor'), event: { type: 'incident.proposed', incident: 'I-1', run } }] });
    await node.parts.live.reach((await node.parts.journal.read({})).at(-1)!.seq);
    expect(await node.say('ana', 'close incident I-1 reason="seen"')).toMatchObject({ kind: 'refusal', code: 'run-open', command: `reject ${run} reason="I-1 is over"` });
  });
});

describe('acknowledge', () => {
  test('holds for a time, which is shown; then it is told again; unacknowledge gives it back', async () => {
    await incidents.raise(anEvent({ occurredAt: lab.clock.now() }));
    expect(await node.say('ana', 'acknowledge I-1 for=1h')).toMatchObject({ status: 0, text: expect.stringMatching(/^You look after I-1 until .*told again\.$/) });
    expect(await node.say('ben', 'query incident I-1')).toMatchObject({ json: [expect.objectContaining({ 'Looked after by': expect.stringMatching(/^ana until /), 'What to do': expect.any(String) })] });
    expect(await node.say('ben', 'acknowledge I-1')).toMatchObject({ status: 0, text: expect.stringContaining('So far ana did.') });
    expect(await node.say('ben', 'unacknowledge I-1')).toMatchObject({ status: 0 });
    expect(await node.say('ben', 'unacknowledge I-1')).toMatchObject({ kind: 'refusal', code: 'not-acknowledged' });
    await node.say('ana', 'acknowledge I-1 for=1h');
    await lab.clock.advance(3_600_000);
    await incidents.tend();
    expect(node.state.incidents.get('I-1')).toMatchObject({ told: 2, toldBecause: 'unattended' });
  });

  test.each([['for=8d'], ['for=x'], ['until=2001-01-01T00:00'], ['for=1h until=2030-01-01T00:00'], ['hours=2']])('%s is refused', async (words) => {
    await incidents.raise(anEvent({ occurredAt: lab.clock.now() }));
    expect(await node.say('ana', `acknowledge I-1 ${words}`)).toMatchObject({ kind: 'refusal', status: 4 });
    expect(node.state.incidents.get('I-1')!.acknowledged).toBeUndefined();
  });

  test('the head of a group covers what it counts', async () => {
    for (let index = 0; index < 5; index++) await incidents.raise(anEvent({ entity: `h${index}`, key: `HOST_FAILURE:h${index}` }));
    await node.say('ana', 'acknowledge I-1 for=1h');
    expect(await node.say('ana', 'query incident I-5')).toMatchObject({ json: [expect.objectContaining({ 'Not told': 'counted under I-1', 'Looked after by': expect.stringMatching(/^ana/) })] });
    expect((await node.say('ana', 'query incident group=I-1') as { json: unknown[] }).json).toHaveLength(3);
  });
});

test('the names that only an observation closes are those that the monitor\'s detectors tell', () => {
  const told = new Set(readdirSync('src/engine/detect').flatMap((file) => [...readFileSync(`src/engine/detect/${file}`, 'utf8').matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map((match) => match[1]!)).filter((name) => /_(?:FAILURE|DETECTED|UNREACHABLE|MODE|BLOCKED|SITE|TWICE|FAILED|PENDING|ISOLATED)$/.test(name)));
  expect([[...watchedNames].filter((name) => !told.has(name)), [...told].filter((name) => !watchedNames.has(name))]).toEqual([[], []]);
});
