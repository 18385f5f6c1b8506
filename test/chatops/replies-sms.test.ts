import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { smsCode } from '../../src/chatops/replies/code.js';
import { createSmsReplies, readReply, type SmsReplies } from '../../src/chatops/replies/sms.js';
import type { Answer } from '../../src/core/answer.js';
import type { Desk } from '../../src/desk/desk.js';
import type { ButtonStore } from '../../src/ports/once.js';
import { fakeButtons, FakeClock, fakeOnce, type FakeOnce } from './fakes.js';
import { anEstate, anIncident, aPlan, noon, Story } from './fixture.js';

const phone = { ben: '+15550001002', cy: '+15550001003', stranger: '+15550009999' };
const done: Answer = { kind: 'said', status: 0, text: 'R-12 is held.', next: [], json: null };

describe('What a person texts back', () => {
  let story: Story;
  let buttons: ButtonStore;
  let once: FakeOnce;
  let clock: FakeClock;
  let press: jest.Mock<Desk['press']>;
  let replies: SmsReplies;
  let sent = 0;
  const logged: string[] = [];
  const opted: string[] = [];
  const optOuts = { out: async (surface: string, identity: string, how: string) => { opted.push(`out ${surface} ${identity}: ${how}`); }, back: async (surface: string, identity: string, how: string) => { opted.push(`back ${surface} ${identity}: ${how}`); } };
  const says = (from: string, text: string, id: string | null = `m${++sent}`): Promise<string> => replies({ from, text, id });

  beforeEach(() => {
    const estate = anEstate();
    story = new Story({ ...estate, people: estate.people.map((person) => ({ ...person, phone: phone[person.name as 'ben' | 'cy'] ?? null })) });
    story.propose();
    [buttons, once, clock, press] = [fakeButtons(), fakeOnce(), new FakeClock(noon), jest.fn<Desk['press']>(async () => done)];
    const live = { current: story.state, reach: async () => undefined, onEntries: () => () => undefined };
    logged.length = 0;
    opted.length = 0;
    replies = createSmsReplies({ live, desk: { press }, buttons, once, clock, optOuts, answerText: async (answer) => (answer.kind === 'said' ? answer.text : ''), linkTo: (id) => `https://dr.example/#/${id}`, log: { warn: (_, message) => { logged.push(message); }, error: (_, message) => { logged.push(message); } } });
  });

  test.each([['H', 'hold'], ['R', 'reject']] as const)('%s with the code acts at once: %s', async (letter, verb) => {
    const code = await smsCode(buttons, 'R-12', 1, 'ben');
    expect(await says(phone.ben, `${code} ${letter}`)).toBe('R-12 is held.');
    expect(press).toHaveBeenCalledWith({ person: expect.objectContaining({ name: 'ben' }), surface: 'sms' }, { verb, subject: 'R-12', epoch: 1, attest: null });
  });

  test('K takes a call, with the code of who was called and of nobody else', async () => {
    story.add({ type: 'incident.opened', incident: anIncident() });
    story.add({ type: 'escalation.started', incident: 'I-3', policy: 'all', repeat: 0, steps: [{ afterMs: 0, to: ['ben'] }] });
    story.add({ type: 'incident.paged', incident: 'I-3', level: 0, people: ['ben'], because: 'due' });
    expect(await says(phone.cy, `${await smsCode(buttons, 'I-3', 0, 'cy')} K`)).toMatch(/belongs to no open call of yours; nothing was done/);
    expect(await says(phone.ben, `${await smsCode(buttons, 'R-12', 1, 'ben')} K`)).toMatch(/belongs to no open call of yours; nothing was done/);
    expect(press).not.toHaveBeenCalled();
    await says(phone.ben, `${await smsCode(buttons, 'I-3', 0, 'ben')} K`);
    expect(press).toHaveBeenCalledWith({ person: expect.objectContaining({ name: 'ben' }), surface: 'sms' }, { verb: 'acknowledge', subject: 'I-3', epoch: 0, attest: null });
    story.add({ type: 'incident.resolved', incident: 'I-3', evidence: [] });
    expect(await says(phone.ben, `${await smsCode(buttons, 'I-3', 0, 'ben')} K`)).toMatch(/belongs to no open call/);
  });

  test('A approves nothing: it leads to a sign-in', async () => {
    const answer = await says(phone.ben, `${await smsCode(buttons, 'R-12', 1, 'ben')} A`);
    expect(answer).toBe('A text cannot approve R-12. Sign in and approve there: https://dr.example/#/R-12');
    expect(press).not.toHaveBeenCalled();
  });

  test('the code of another person is of no use', async () => {
    expect(await says(phone.cy, `${await smsCode(buttons, 'R-12', 1, 'ben')} H`)).toMatch(/belongs to no open run of yours; nothing was done/);
    expect(press).not.toHaveBeenCalled();
  });

  test('a number that nobody has gets no answer, whatever it knows', async () => {
    expect(await says(phone.stranger, `${await smsCode(buttons, 'R-12', 1, 'ben')} H`)).toBe('');
    expect(press).not.toHaveBeenCalled();
  });

  test('after five wrong codes a number is not heard for ten minutes, the right code included', async () => {
    for (let n = 0; n < 5; n++) await says(phone.ben, '2222 H');
    const code = await smsCode(buttons, 'R-12', 1, 'ben');
    expect(await says(phone.ben, `${code} H`)).toBe('');
    expect(press).not.toHaveBeenCalled();
    clock.move(600_000);
    expect(await says(phone.ben, `${code} H`)).toBe('R-12 is held.');
  });

  test('a revised plan: the old code still holds, and rejects nothing', async () => {
    const code = await smsCode(buttons, 'R-12', 1, 'ben');
    story.add({ type: 'plan.revised', plan: aPlan({ epoch: 2 }), expiresAt: null, changes: [], voided: [] });
    expect(await says(phone.ben, `${code} R`)).toMatch(/has a new plan since that message; nothing was done/);
    expect(press).not.toHaveBeenCalled();
    expect(await says(phone.ben, `${code} H`)).toBe('R-12 is held.');
    expect(press).toHaveBeenCalledWith(expect.anything(), { verb: 'hold', subject: 'R-12', epoch: 2, attest: null });
  });

  test('the same message twice is one act', async () => {
    const code = await smsCode(buttons, 'R-12', 1, 'ben');
    await says(phone.ben, `${code} H`, 'same');
    expect(await says(phone.ben, `${code} H`, 'same')).toBe('');
    await says(phone.ben, `${code} R`, null);
    expect(await says(phone.ben, `${code} R`, null)).toBe('');
    expect(press).toHaveBeenCalledTimes(2);
  });

  test('words that the carrier acts on get no answer, and the log says what they mean', async () => {
    for (const word of ['STOP', 'stop ', 'END', 'cancel', 'YES', 'quit']) expect(await says(phone.ben, word)).toBe('');
    expect(logged.every((line) => /carrier/.test(line))).toBe(true);
    expect(opted.map((line) => line.split(' ')[0])).toEqual(['out', 'out', 'out', 'out', 'back', 'out']);
    expect(opted[0]).toBe(`out sms ${phone.ben}: that phone sent STOP`);
    expect([await says(phone.ben, 'HELP'), await says(phone.stranger, 'STOP'), opted.length]).toEqual(['', '', 6]);
    expect(press).not.toHaveBeenCalled();
  });

  test('what is not understood is answered with an example, in one segment', async () => {
    const answer = await says(phone.ben, 'approve everything, please');
    expect(answer).toMatch(/H to hold, R to reject, or K to take a call, like: 7K2F H$/);
    expect(answer.length).toBeLessThanOrEqual(160);
  });

  test('a fault inside is told, and where to hold instead', async () => {
    press.mockRejectedValueOnce(new Error('boom'));
    expect(await says(phone.ben, `${await smsCode(buttons, 'R-12', 1, 'ben')} H`)).toBe('Lifeboat could not work on that. Hold it in chat, in the console, or with: lifeboat hold R-12');
  });
});

test('a code holds no vowel, so that no word of a carrier comes of it, and is another one for each person, run and version', async () => {
  const buttons = fakeButtons();
  const codes = new Set<string>();
  for (const run of ['R-1', 'R-2']) for (const epoch of [1, 2]) for (const person of ['ana', 'ben']) codes.add(await smsCode(buttons, run, epoch, person));
  expect([...codes].every((code) => /^[23456789BCDFGHJKMNPQRTVWXZ]{4}$/.test(code))).toBe(true);
  expect(await smsCode(buttons, 'R-1', 1, 'ana')).toBe(await smsCode(buttons, 'R-1', 1, 'ana'));
  // The ids of this fake are short, so that two of the eight may meet; all eight never do.
  expect(codes.size).toBeGreaterThanOrEqual(7);
});

test.each([
  ['7K2F H', { code: '7K2F', letter: 'H' }], ['h 7k2f', { code: '7K2F', letter: 'H' }], [' 7k2f-r. ', { code: '7K2F', letter: 'R' }], ['7k2f k', { code: '7K2F', letter: 'K' }], ['7K2F', null], ['H', null], ['7K2F X', null], ['7K2F H now', null], ['', null], ['💥', null],
] as const)('%j is read as %j', (text, read) => { expect(readReply(text)).toEqual(read); });
