import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { askedForMove, createVar, fastEstate, type Lifeboat, startLifeboat } from '../support/lifeboat.js';
import { startNameServer, type NameServer } from '../support/name-server.js';
import { needs } from '../support/needs.js';
import { until } from '../support/poll.js';
import { hasPostfix, startPostfix, type Postfix } from '../support/postfix.js';
import { keyRecord, writeMail } from '../support/signed-mail.js';

const domain = 'provider.example';

needs('postfix', hasPostfix, 'as root: apt-get install postfix dovecot-imapd')('Answers by mail to a running Lifeboat, through a real mail server, a real mailbox and the DNS', () => {
  const place = createVar('lifeboat-answers-');
  let server: Postfix;
  let dns: NameServer;
  let lifeboat: Lifeboat;
  let run = '';

  /** As it was written: quoted-printable taken back. */
  const plain = (mail: string): string => mail.replaceAll(/=\r?\n/g, '').replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  const inbox = (user: string): string[] => server.mailbox(user).map(plain);
  const state = async (id = run): Promise<string> => (await lifeboat.command(`query run ${id}`)).text;
  const request = (user: string, id = run): Promise<string> => until(`the mail to ${user}`, () => inbox(user).find((mail) => mail.includes(`: ask:${id}.1/email/${user}@`) && /REJECT [A-Z0-9]{8}/.test(mail)), 60_000);
  const code = async (user: string, id = run): Promise<string> => /REJECT ([A-Z0-9]{8})/.exec(await request(user, id))![1]!;
  const mail = async (user: string, by: string | null, more: SendMailOptions): Promise<void> => {
    const transport = createTransport(server.smtpUrl);
    await transport.sendMail({ envelope: { from: `${user}@${domain}`, to: `lifeboat@${domain}` }, raw: await writeMail({ from: `${user}@${domain}`, to: `lifeboat@${domain}`, subject: `Re: [DR ${run}] Approval needed`, ...more }, by) });
    transport.close();
  };
  const answer = (user: string, words: RegExp): Promise<string> => until(`the answer to ${user}`, () => inbox(user).find((each) => words.test(each)), 60_000);

  beforeAll(async () => {
    server = await startPostfix(domain, ['ana', 'ben', 'chris', 'vic', 'lifeboat']);
    dns = await startNameServer({ [`test._domainkey.${domain}`]: keyRecord, 'test._domainkey.evil.example': keyRecord });
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: { SMTP_URL: server.smtpUrl, MAIL_FROM: `Lifeboat <lifeboat@${domain}>`, MAIL_IMAP_URL: server.imapUrl('lifeboat'), MAIL_DNS_SERVERS: dns.address, LIFEBOAT_ESTATE: fastEstate(place.folder, 5) } });
    run = await askedForMove(lifeboat);
  }, 120_000);
  afterAll(async () => {
    await lifeboat?.stop();
    await server?.stop();
    await dns?.close();
    place.done();
  }, 60_000);

  test('APPROVE is refused, signed or not, with the way to do it', async () => {
    await mail('ben', domain, { text: `APPROVE ${await code('ben')}` });
    const said = await answer('ben', /Lifeboat did nothing\./);
    expect(said).toContain(`/#/runs/${run}`);
    expect(said).toMatch(/To approve, open the link of the message and sign in/);
    expect(await state()).toMatch(/State: +proposed/);
    expect(dns.asked).toContain(`test._domainkey.${domain}`);
  }, 90_000);

  test('what is not signed changes nothing, and its sender is told why', async () => {
    await mail('chris', null, { text: `REJECT ${await code('chris')}` });
    await answer('chris', /nobody can be sure that this mail is yours, since it is not signed/);
    expect(await state()).toMatch(/State: +proposed/);
  }, 90_000);

  test('what another domain has signed changes nothing', async () => {
    await mail('ben', 'evil.example', { text: `REJECT ${await code('ben')}` });
    // The mailbox is read in order: who is answered now comes after it.
    await mail('vic', domain, { text: 'What is going on?' });
    await answer('vic', /Lifeboat did not understand that; nothing was done/);
    expect(dns.asked).toContain('test._domainkey.evil.example');
    expect(await state()).toMatch(/State: +proposed/);
  }, 90_000);

  test('a signed REJECT with the code of the mail rejects the run, says by whom, and is answered in its thread', async () => {
    await mail('ben', domain, { text: `REJECT ${await code('ben')}\n\n> Decide`, messageId: `<reject@${domain}>` });
    await until('the rejection', async () => /State: +rejected/.test(await state()), 60_000);
    expect((await lifeboat.command(`why ${run}`)).text).toMatch(/ben/i);
    expect(await answer('ben', new RegExp(`In-Reply-To: <reject@${domain.replace('.', '\\.')}>`))).toContain(run);
  }, 90_000);

  test('a signed HOLD holds a run that was approved meanwhile', async () => {
    const next = await until('a second move', async () => (await lifeboat.command('move site from=customerA to=service_provider dr_type=unplanned reason="array is dead again"')).run, 60_000);
    const held = await code('ben', next);
    const asked = await lifeboat.command(`approve ${next} attest=pbrazos target=customerA`, 'chris');
    await lifeboat.command(`approve ${next} attest=pbrazos target=customerA`, 'ben');
    expect(asked.text).toMatch(/approved/i);
    await until('a running run', async () => /running|granted/i.test(await state(next)), 60_000);
    await mail('ben', domain, { text: `hold ${held}`, subject: `Re: [DR ${next}] Approval needed` });
    await until('the held run', async () => /held/i.test(await state(next)), 60_000);
    expect((await lifeboat.command(`why ${next}`)).text).toMatch(/held by ben/);
  }, 180_000);
});
