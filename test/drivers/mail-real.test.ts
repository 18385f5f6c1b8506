import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { replyCode } from '../../src/chatops/replies/code.js';
import { createMailReplies } from '../../src/chatops/replies/mail.js';
import type { Answer } from '../../src/core/answer.js';
import type { Press } from '../../src/desk/desk.js';
import { createEmail, type Email } from '../../src/drivers/channel/email/email.js';
import { createInbox, type Inbox } from '../../src/drivers/channel/email/inbox.js';
import type { Receipt } from '../../src/ports/outbox.js';
import { fakeButtons, FakeClock, fakeOnce } from '../chatops/fakes.js';
import { anEstate, noon, Story } from '../chatops/fixture.js';
import { needs } from '../support/needs.js';
import { until } from '../support/poll.js';
import { hasPostfix, startPostfix, type Postfix } from '../support/postfix.js';
import { dnsOf, privateKey, writeMail } from '../support/signed-mail.js';

const dns = dnsOf('example.com');

needs('postfix', hasPostfix, 'as root: apt-get install postfix dovecot-imapd')('Mail through a real mail server and a real mailbox', () => {
  const story = new Story(anEstate());
  story.propose();
  const buttons = fakeButtons();
  const presses: Press[] = [];
  const receipts: Receipt[] = [];
  const told: string[] = [];
  let server: Postfix;
  let email: Email;
  let inbox: Inbox;
  let code = '';
  let dnsIsAway = false;
  const dnsNow: typeof dns = async (name, type) => { if (dnsIsAway) throw Object.assign(new Error('queryTxt ESERVFAIL'), { code: 'ESERVFAIL' }); return dns(name, type); };
  const fromBen = async (mail: Parameters<typeof writeMail>[0], by: string | null = 'example.com'): Promise<void> => {
    const transport = createTransport(server.smtpUrl);
    await transport.sendMail({ envelope: { from: 'ben@example.com', to: 'lifeboat@example.com' }, raw: await writeMail({ to: 'lifeboat@example.com', ...mail }, by) });
    transport.close();
  };

  beforeAll(async () => {
    server = await startPostfix('example.com', ['ben', 'lifeboat']);
    email = createEmail({ urls: [server.smtpUrl], from: 'Lifeboat <lifeboat@example.com>', domain: 'example.com', dkim: { domainName: 'example.com', keySelector: 'test', privateKey } });
    const done: Answer = { kind: 'said', status: 0, text: 'R-12 is held.', next: [], json: null };
    const replies = createMailReplies({
      live: { current: story.state, reach: async () => undefined, onEntries: () => () => undefined }, desk: { press: async (_caller, press) => { presses.push(press); return done; } }, buttons, once: fakeOnce(), clock: new FakeClock(noon),
      answerText: async (answer) => (answer.kind === 'said' ? answer.text : ''), answer: email.answer, receipt: async (receipt) => { receipts.push(receipt); }, log: { warn: (_, message) => { told.push(message); }, error: (_, message) => { told.push(message); } },
    });
    inbox = createInbox({ url: server.imapUrl('lifeboat'), take: replies, clock: { every: () => () => undefined }, log: (message, detail) => { told.push(`${message} ${JSON.stringify(detail)}`); }, resolver: dnsNow });
    code = await replyCode(buttons, 'email', 'R-12', 1, 'ben');
  }, 60_000);
  afterAll(async () => {
    await inbox?.stop();
    email?.stop();
    await server?.stop();
  }, 30_000);

  test('what is sent lies in the mailbox, and its signature holds there', async () => {
    const ref = await email.channel.post({ kind: 'person', person: 'ben', identity: 'ben@example.com' }, { heading: '[DR R-12] Approval needed', body: '<p>Decide ✓</p>', text: 'Decide ✓', actions: [], tone: 'warning' }, { key: 'ask:R-12.1/email/ben@example.com' });
    const mail = await until('the mail', () => server.mailbox('ben').find((each) => each.includes(ref.message)));
    const { results } = await dkimVerify(Buffer.from(mail, 'latin1'), { resolver: dns });
    expect(results.map(({ status }) => [status.result, status.aligned])).toEqual([['pass', 'example.com']]);
    expect(await email.verify()).toEqual([]);
  }, 30_000);

  test('a signed answer with the code holds the run, and the answer to it comes back', async () => {
    await inbox.look();
    await fromBen({ text: `HOLD ${code}\n\n> Decide`, subject: 'Re: [DR R-12] Approval needed', messageId: '<hold@example.com>' });
    // Nobody looks again: the server tells of it.
    await until('the hold', () => presses.length > 0);
    expect(presses).toEqual([{ verb: 'hold', subject: 'R-12', epoch: 1, attest: null }]);
    const answer = await until('the answer', () => server.mailbox('ben').find((each) => each.includes('R-12 is held.')));
    expect(answer).toMatch(/^In-Reply-To: <hold@example\.com>\r?$/m);
    expect(inbox.status()).toEqual({ ok: true, message: 'the mailbox is read' });
  }, 30_000);

  test('a forged one and one that was read already do nothing', async () => {
    await fromBen({ text: `REJECT ${code}`, messageId: '<forged@example.com>' }, null);
    await until('the refusal', async () => { await inbox.look(); return server.mailbox('ben').some((each) => each.replaceAll('=\r\n', '').replaceAll('=\n', '').includes('it is not signed')); });
    await inbox.look();
    expect(presses).toHaveLength(1);
  }, 30_000);

  test('while the DNS is away a signed answer waits in the mailbox, and acts when it is back', async () => {
    dnsIsAway = true;
    await fromBen({ text: `REJECT ${code}`, messageId: '<waits@example.com>' });
    await until('the wait', async () => { await inbox.look(); return told.some((line) => line.includes('waits until its sender can be proven')); });
    await inbox.look();
    expect([presses.length, told.filter((line) => line.includes('waits until')).length]).toEqual([1, 1]);
    dnsIsAway = false;
    await until('the rejection', async () => { await inbox.look(); return presses.length > 1; });
    expect(presses[1]).toMatchObject({ verb: 'reject', subject: 'R-12' });
  }, 30_000);

  test('a mail to nobody comes back, and the message is known to have failed', async () => {
    await email.channel.post({ kind: 'person', person: 'ben', identity: 'nobody@example.com' }, { heading: 'x', body: '<p>x</p>', text: 'x', actions: [], tone: 'info' }, { key: 'notification:I-3/email/nobody@example.com' });
    await until('the bounce', async () => { await inbox.look(); return receipts.length > 0; });
    expect(receipts).toEqual([{ surface: 'email', of: { key: 'notification:I-3/email/nobody@example.com' }, became: 'failed', why: expect.stringMatching(/^The mail came back: .*unknown/i) }]);
  }, 30_000);

  test('a mailbox that cannot be read is told, without its password, and the next look tries again', async () => {
    const wrong = createInbox({ url: server.imapUrl('lifeboat').replace(/pw-of-the-mailboxes/, 'hunter2'), take: async () => undefined, clock: { every: () => () => undefined }, log: (message, detail) => { told.push(`${message} ${JSON.stringify(detail)}`); } });
    await wrong.look();
    expect(wrong.status()).toMatchObject({ ok: false, message: expect.stringContaining('cannot be read') });
    await wrong.look();
    expect([told.filter((line) => line.includes('mailbox for answers cannot be read')).length, told.some((line) => line.includes('hunter2'))]).toEqual([1, false]);
    await wrong.stop();
  }, 30_000);
});
