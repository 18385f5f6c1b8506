import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { replyCode } from '../../src/chatops/replies/code.js';
import { createMailReplies, readMailReply, type MailReplies } from '../../src/chatops/replies/mail.js';
import type { Answer } from '../../src/core/answer.js';
import type { Desk } from '../../src/desk/desk.js';
import type { InboundMail } from '../../src/ports/mail.js';
import type { ButtonStore } from '../../src/ports/once.js';
import type { Receipt } from '../../src/ports/outbox.js';
import { fakeButtons, FakeClock, fakeOnce } from './fakes.js';
import { createMessageRenderer } from '../../src/chatops/render-message.js';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { anEstate, aPlan, noon, Story, templateDirectory } from './fixture.js';

const done: Answer = { kind: 'said', status: 0, text: 'R-12 is held.', next: [], json: null };

describe('What a person mails back', () => {
  let story: Story;
  let buttons: ButtonStore;
  let press: jest.Mock<Desk['press']>;
  let replies: MailReplies;
  let code: string;
  let mails: string[][];
  let receipts: Receipt[];
  let number = 0;
  const came = async (text: string, more: Partial<InboundMail> = {}): Promise<string[]> => {
    const before = mails.length;
    await replies({ messageId: `<m${++number}@example.com>`, from: 'ben@example.com', subject: '[DR R-12] Approval needed', unproven: null, automatic: false, text, bounce: null, ...more });
    return mails.slice(before).map((mail) => mail[2]!);
  };

  beforeEach(async () => {
    story = new Story(anEstate());
    story.propose();
    buttons = fakeButtons();
    press = jest.fn<Desk['press']>(async () => done);
    [mails, receipts] = [[], []];
    replies = createMailReplies({
      live: { current: story.state, reach: async () => undefined, onEntries: () => () => undefined }, desk: { press }, buttons, once: fakeOnce(), clock: new FakeClock(noon), linkTo: (id) => `https://dr.example/#/${id}`,
      answerText: async (answer) => (answer.kind === 'said' ? answer.text : ''), answer: async (address, subject, text, { messageId }) => { mails.push([address, subject, text, messageId]); }, receipt: async (receipt) => { receipts.push(receipt); }, log: { warn: () => undefined, error: () => undefined },
    });
    code = await replyCode(buttons, 'email', 'R-12', 1, 'ben');
  });

  test.each([['HOLD', 'hold'], ['REJECT', 'reject']] as const)('%s with the code acts at once: %s', async (word, verb) => {
    expect(await came(`${word} ${code}\nSent from my phone`)).toEqual(['R-12 is held.']);
    expect(press).toHaveBeenCalledWith({ person: expect.objectContaining({ name: 'ben' }), surface: 'email' }, { verb, subject: 'R-12', epoch: 1, attest: null });
    expect(mails[0]!.slice(0, 2)).toEqual(['ben@example.com', 'Re: [DR R-12] Approval needed']);
  });
  test('APPROVE approves nothing: the answer has the link', async () => {
    expect(await came(`APPROVE ${code}`)).toEqual([expect.stringMatching(/A mail cannot approve R-12\. Sign in and approve there: https:\/\/dr\.example\/#\/R-12/)]);
    expect(press).not.toHaveBeenCalled();
  });
  test('a sender that nobody can prove does nothing, and is told why once an hour', async () => {
    expect(await came(`HOLD ${code}`, { unproven: 'it is not signed (DKIM)' })).toEqual([expect.stringMatching(/did nothing: nobody can be sure that this mail is yours, since it is not signed/)]);
    expect(await came(`HOLD ${code}`, { unproven: 'it is not signed (DKIM)' })).toEqual([]);
    expect(press).not.toHaveBeenCalled();
  });
  test('machines, lists and strangers get no answer at all', async () => {
    expect([await came(`HOLD ${code}`, { automatic: true }), await came(`HOLD ${code}`, { from: 'eve@evil.example' })]).toEqual([[], []]);
    expect(press).not.toHaveBeenCalled();
  });
  test('the code of somebody else is of no use, and after five wrong ones the sender is not heard', async () => {
    expect(await came(`HOLD ${code}`, { from: 'cy@example.com' })).toEqual([expect.stringMatching(/belongs to no open run of yours/)]);
    for (let n = 0; n < 4; n++) await came('HOLD 22222222', { from: 'cy@example.com' });
    expect(await came('HOLD 22222222', { from: 'cy@example.com' })).toEqual([]);
    expect(press).not.toHaveBeenCalled();
  });
  test('the code of a text message is none of a mail', async () => {
    expect(await came(`HOLD ${await replyCode(buttons, 'sms', 'R-12', 1, 'ben')}`)).toEqual([expect.stringMatching(/did not understand/)]);
    expect(press).not.toHaveBeenCalled();
  });
  test('a revised plan: the old code holds and does not reject', async () => {
    story.add({ type: 'plan.revised', plan: aPlan({ epoch: 2 }), expiresAt: null, changes: [], voided: [] });
    expect(await came(`REJECT ${code}`)).toEqual([expect.stringMatching(/new plan since that message; nothing was done.*HOLD holds it all the same/)]);
    expect(await came(`HOLD ${code}`)).toEqual(['R-12 is held.']);
  });
  test('the same mail twice, as two nodes read it, is one act', async () => {
    await came(`HOLD ${code}`, { messageId: '<same@example.com>' });
    await came(`HOLD ${code}`, { messageId: '<same@example.com>' });
    expect([press.mock.calls.length, mails.length]).toEqual([1, 1]);
  });
  test('a fault inside is told, and where to hold instead', async () => {
    press.mockRejectedValueOnce(new Error('boom'));
    expect(await came(`HOLD ${code}`)).toEqual(['Lifeboat could not work on that. Hold it in chat, in the console, or with: lifeboat hold R-12']);
  });
  test('a bounce marks the message failed; a delay does not; neither is answered', async () => {
    const bounce = { key: 'notification:I-3/email/ben@example.com', messageId: '<x>', failed: true, why: '550 no such user' };
    await came('', { from: 'mailer-daemon@mx.example', automatic: true, bounce });
    await came('', { from: 'mailer-daemon@mx.example', automatic: true, bounce: { ...bounce, key: null } });
    await came('', { from: 'mailer-daemon@mx.example', automatic: true, bounce: { ...bounce, failed: false } });
    expect([receipts, mails]).toEqual([[{ surface: 'email', of: { key: bounce.key }, became: 'failed', why: 'The mail came back: 550 no such user' }, { surface: 'email', of: { message: '<x>' }, became: 'failed', why: 'The mail came back: 550 no such user' }], []]);
  });
});

test.each([
  ['HOLD 7K2FBC3D', { verb: 'hold', code: '7K2FBC3D' }], ['7k2fbc3d reject.', { verb: 'reject', code: '7K2FBC3D' }], ['\n\n Hold: 7K2FBC3D \nthanks', { verb: 'hold', code: '7K2FBC3D' }], ['HOLD', null], ['7K2FBC3D', null],
  ['HOLD 7K2F', null], ['please HOLD 7K2FBC3D', null], ['HOLD REJECT 7K2FBC3D', null], ['thanks\nHOLD 7K2FBC3D', null], ['', null],
] as const)('%j is read as %j', (text, read) => { expect(readMailReply(text)).toEqual(read); });

test('a mail that asks for a decision says how to stop it by mail, where answers are read; the link is the one way to approve', async () => {
  const [story, buttons, render] = [new Story(anEstate()), fakeButtons(), createRender(loadTemplates(templateDirectory))];
  story.propose();
  const shown = async (mailAnswers: boolean) => (await createMessageRenderer({ render, buttons, journal: { read: async () => [] }, linkTo: (id) => `https://dr.example/#/runs/${id}`, mailAnswers })({ surface: 'email', target: { kind: 'person', person: 'ben', identity: 'ben@example.com' }, subject: { view: 'approval-request', id: 'R-12.1', seq: 1 } }, story.state, noon))!;
  const code = await replyCode(buttons, 'email', 'R-12', 1, 'ben');
  const { text, body, actions } = await shown(true);
  for (const part of [text, body]) expect(part).toMatch(new RegExp(`HOLD ${code}.*REJECT ${code}`));
  expect([new Set(text.match(/https?:\/\/\S+/g)), actions]).toEqual([new Set(['https://dr.example/#/runs/R-12']), []]);
  expect(JSON.stringify(await shown(false))).not.toMatch(/HOLD|REJECT/);
});
