import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEstate } from '../../src/config/read-estate.js';
import { readFileSync } from 'node:fs';
import { fold } from '../../src/core/state.js';
import { demoEstate } from '../scenarios/lab/estates.js';
import { createLab, type Lab, type LabNode } from '../scenarios/lab/lab.js';

let lab: Lab;
let node: LabNode;
const whole = 'authorise move site from=customerA to=service_provider dr_type=unplanned between=02:00-06:00 lost=5m lag=10s expires=7d reason="nobody is near at night"';
beforeEach(async () => {
  lab = createLab({ estate: { ...demoEstate(), standingAuthority: true } });
  node = await lab.boot();
});
afterEach(async () => { await lab.close(); });

describe('proposing one', () => {
  test('says what it would do, what it takes and what it never does', async () => {
    expect(await node.say('ana', whole)).toMatchObject({ kind: 'said', status: 0, text: 'S-1 is proposed: between 02:00 and 06:00 UTC, once customerA has been lost for 5 min, with less than 10 s of lag, Lifeboat would move customerA to service_provider without asking. It takes 2 signatures of others than you, and ends by itself at 28 Nov 12:00 WET. Until it is signed nothing has changed. It never stands for proof that a host is off: where its HMC cannot say so, people are asked as ever.', next: ['query standing S-1', 'approve S-1', 'revoke S-1'] });
  });

  test.each<[string, string, string]>([
    ['a planned move can wait', whole.replace('dr_type=unplanned ', ''), 'dr-type'],
    ['without a reason', whole.replace(/ reason=.*/, ''), 'reason-missing'],
    ['without hours', whole.replace('between=02:00-06:00 ', ''), 'between'],
    ['hours that are none', whole.replace('02:00-06:00', '25:00-06:00'), 'between'],
    ['a whole day', whole.replace('02:00-06:00', '02:00-02:00'), 'between'],
    ['a day that is none', whole.replace('lost=', 'days=mon,someday lost='), 'days'],
    ['a loss of seconds', whole.replace('lost=5m', 'lost=119s'), 'lost'],
    ['a loss that is longer than the question to people lives', whole.replace('lost=5m', 'lost=5h'), 'lost'],
    ['without a limit of loss', whole.replace('lag=10s ', ''), 'lag'],
    ['no lag at all, which no array promises', whole.replace('lag=10s', 'lag=0s'), 'lag'],
    ['for longer than a month', whole.replace('expires=7d', 'expires=31d'), 'expires'],
    ['without an end', whole.replace('expires=7d ', ''), 'expires'],
    ['what it does not know', whole.replace('lost=', 'colour=red lost='), 'unknown-attribute'],
    ['a site that is none', whole.replace('from=customerA', 'from=nowhere'), 'no-such-site'],
  ])('is refused: %s', async (_title, line, code) => {
    expect(await node.say('ana', line)).toMatchObject({ kind: 'refusal', code });
    expect(node.state.standing.size).toBe(0);
  });

  test('is refused where the estate does not allow it, which is so unless its file says otherwise', async () => {
    await lab.close();
    lab = createLab();
    node = await lab.boot();
    expect(await node.say('ana', whole)).toMatchObject({ kind: 'refusal', code: 'standing-not-allowed', next: expect.stringContaining('standing_authority: true') });
    const text = readFileSync('estates/demo.yaml', 'utf8');
    const read = (file: string) => { const result = readEstate(file, 'estate.yaml'); return result.ok && result.estate.standingAuthority; };
    expect(read(text)).toBeUndefined();
    expect(read(text.replace('time_zone: UTC', 'time_zone: UTC\nstanding_authority: false'))).toBeUndefined();
    expect(read(text.replace('time_zone: UTC', 'time_zone: UTC\nstanding_authority: true'))).toBe(true);
  });
  test('is for operators', async () => expect(await node.say('chris', whole)).toMatchObject({ kind: 'refusal', code: 'not-an-operator' }));
  test('is done once for a tenant at a time', async () => {
    await node.say('ana', whole);
    expect(await node.say('ben', whole)).toMatchObject({ status: 1, text: 'S-1 for cluster01 is open already: there is one at a time. Revoke it first.' });
  });
});

describe('signing one', () => {
  beforeEach(async () => { await node.say('ana', whole); });

  test('takes as many others as the move itself', async () => {
    expect(await node.say('ana', 'approve S-1')).toMatchObject({ kind: 'refusal', code: 'own-request', next: 'ben and chris can.' });
    expect(await node.say('dora', 'approve S-1')).toMatchObject({ kind: 'refusal', code: 'not-an-approver', next: 'ben and chris can.' });
    expect(await node.say('erik', 'approve S-1')).toMatchObject({ kind: 'refusal', code: 'no-such-standing' });
    expect(await node.say('ben', 'approve S-1')).toMatchObject({ text: 'Your signature under S-1 is recorded. 1 more is needed, from chris.' });
    expect(await node.say('ben', 'approve S-1')).toMatchObject({ kind: 'refusal', code: 'already-signed' });
    expect(node.state.standing.get('S-1')!.status).toBe('proposed');
    expect(await node.say('chris', 'approve S-1')).toMatchObject({ text: expect.stringMatching(/^S-1 is in force until .* without asking, once, and tells everybody/) });
    expect(node.state.standing.get('S-1')!.status).toBe('in-force');
  });

  test('at the same moment as somebody else counts both', async () => {
    await Promise.all([node.say('ben', 'approve S-1'), node.say('chris', 'approve S-1')]);
    expect(node.state.standing.get('S-1')).toMatchObject({ status: 'in-force', signed: [{ by: 'ben' }, { by: 'chris' }] });
  });

  test('is shown, to those who see the tenant', async () => {
    await node.say('ben', 'approve S-1');
    expect(await node.say('dora', 'query standing')).toMatchObject({ json: [expect.objectContaining({ 'Standing authority': 'S-1', State: 'waits for signatures: 1 of 2', 'Proposed by': 'ana: nobody is near at night', 'To take it back': 'revoke S-1' })] });
    expect(await node.say('erik', 'query standing')).toMatchObject({ json: [] });
  });
});

describe('taking it back', () => {
  beforeEach(async () => {
    for (const [person, line] of [['ana', whole], ['ben', 'approve S-1'], ['chris', 'approve S-1']] as const) await node.say(person, line);
  });
  test('anyone of the tenant may, by one tap, and it stays so', async () => {
    expect(await node.press('dora', { verb: 'revoke', subject: 'S-1' })).toMatchObject({ status: 0, text: 'S-1 is revoked, at once. If customerA is lost, people are asked.' });
    expect(await node.press('dora', { verb: 'revoke', subject: 'S-1' })).toMatchObject({ status: 1, text: 'S-1 is over already: revoked by dora.' });
    expect(await node.say('chris', 'approve S-1')).toMatchObject({ kind: 'refusal', code: 'over' });
    expect(await node.say('ana', whole)).toMatchObject({ status: 0, json: { standing: 'S-2' } });
  });
  test('people of another tenant cannot, and learn nothing of it', async () => expect(await node.press('erik', { verb: 'revoke', subject: 'S-1' })).toMatchObject({ kind: 'refusal', code: 'no-such-standing' }));
  test('reject means the same; a run is held, not revoked', async () => {
    expect(await node.say('dora', 'revoke R-1')).toMatchObject({ kind: 'refusal', code: 'standing-missing' });
    expect(await node.say('ben', 'reject S-1')).toMatchObject({ status: 0 });
    expect(node.state.standing.get('S-1')!.status).toBe('revoked');
  });
  test('an import into another database does: the Lifeboat that it came from may live', async () => {
    const entries = await lab.entries();
    fold(node.state, { ...entries.at(-1)!, seq: entries.length + 1, stream: 'journal', event: { type: 'journal.imported', seq: entries.length, chain: '', held: [] } });
    expect(node.state.standing.get('S-1')).toMatchObject({ status: 'ended' });
  });
});
