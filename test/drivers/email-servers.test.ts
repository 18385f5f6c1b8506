import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { createEmail, type Email, type EmailOptions } from '../../src/drivers/channel/email/email.js';
import { createMailServers, restMs, stuckMs } from '../../src/drivers/channel/email/servers.js';
import type { Card, Target } from '../../src/ports/channel.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';

const closings: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => { for (const close of closings.splice(0).toReversed()) await close(); });
const ana: Target = { kind: 'person', person: 'ana', identity: 'ana@mail.example' };
const card: Card = { heading: 'Host pbrazos is down · I-3', body: '<p>down</p>', text: 'Host pbrazos is down', actions: [], tone: 'critical' };
const from = 'Lifeboat <lifeboat@provider.example>';

async function serve(script: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> {
  const server = await startMailServer(script);
  closings.push(() => server.close());
  return server;
}

describe('several mail servers, in order', () => {
  let now = 0;
  let sent = 0;
  function mailer(urls: readonly string[], more: Partial<EmailOptions> = {}): Email {
    const email = createEmail({ urls, from, domain: 'provider.example', timeoutMs: 400, now: () => now, ...more });
    closings.push(() => email.stop());
    return email;
  }
  const post = (email: Email): Promise<unknown> => email.channel.post(ana, card, { key: `notification:I-${++sent}/email/ana` }).catch((error: unknown) => error);
  const failingOf = (email: Email): (string | null)[] => email.status().map(({ failing }) => failing);

  test('the first takes all mail while it is there', async () => {
    const [first, second] = [await serve(), await serve()];
    const email = mailer([first.url, second.url]);
    await post(email);
    await post(email);
    expect([first.received.length, second.received.length, failingOf(email)]).toEqual([2, 0, [null, null]]);
  });

  const refusesLogin = { options: { authOptional: false, allowInsecureAuth: true, onAuth: (_auth: unknown, _session: unknown, callback: (error: Error) => void) => { callback(Object.assign(new Error('5.7.8 Authentication failed'), { responseCode: 535 })); } } } as never;
  test.each<[string, Parameters<typeof startMailServer>[0], RegExp]>([
    ['refuses our login', refusesLogin, /535/],
    ['closes down', { options: { onConnect: (_session, callback) => { callback(Object.assign(new Error('4.3.2 Shutting down'), { responseCode: 421 })); } } }, /421/],
    ['has a certificate that nobody vouches for', { options: { hideSTARTTLS: false } }, /certificate/],
  ])('one that %s is passed by, rests, and is first again by itself', async (_title, script, why) => {
    const [first, second] = [await serve(script), await serve()];
    const email = mailer([first.url.replace('smtp://', 'smtp://lifeboat:hunter2@'), second.url]);
    await post(email);
    await post(email);
    expect([second.received.length, failingOf(email)]).toEqual([2, [expect.stringMatching(why), null]]);
    expect(JSON.stringify(email.status())).not.toContain('hunter2');
    await first.close();
    const repaired = await serve({ port: first.port, options: { allowInsecureAuth: true, onAuth: (_auth, _session, callback) => { callback(null, { user: 'lifeboat' }); } } });
    await post(email);
    expect(repaired.received).toHaveLength(0);
    now += restMs + 1;
    await post(email);
    expect([repaired.received.length, second.received.length, failingOf(email)]).toEqual([1, 3, [null, null]]);
  });

  test('one that is not there is passed by; with all away the mail waits, and the first that comes back takes it', async () => {
    const [first, second] = [await startMailServer(), await startMailServer()];
    const email = mailer([first.url, second.url]);
    await first.close();
    await post(email);
    expect(second.received).toHaveLength(1);
    await second.close();
    expect(await post(email)).toMatchObject({ code: 'unreachable' });
    const back = await serve({ port: second.port });
    await post(email);
    expect([back.received.length, failingOf(email)]).toEqual([1, [expect.any(String), null]]);
  });

  test('what a server says of a recipient is no fault of the server: the next is not asked', async () => {
    const [first, second] = [await serve({ recipient: (_address, before) => (before === 0 ? { code: 550, says: '5.1.1 No such user' } : { code: 451, says: '4.7.1 Greylisted' }) }), await serve()];
    const email = mailer([first.url, second.url]);
    expect([await post(email), await post(email)]).toMatchObject([{ code: 'refused' }, { code: 'unreachable' }]);
    expect([second.tries, failingOf(email)]).toEqual([[], [null, null]]);
  });

  test('one that puts everything off for ten minutes is stuck: the next takes over', async () => {
    const [first, second] = [await serve({ recipient: () => ({ code: 451, says: '4.3.1 Queue is full' }) }), await serve()];
    const email = mailer([first.url, second.url]);
    expect(await post(email)).toMatchObject({ code: 'unreachable' });
    now += stuckMs;
    await post(email);
    expect([second.received.length, failingOf(email)[0]]).toEqual([1, expect.stringMatching(/put everything off for 10 minutes.*Queue is full/)]);
  });

  test('one that is slow beyond a bound has the mail, and rests', async () => {
    const first = await serve({ data: () => { now += 25_000; return null; } });
    const second = await serve();
    const email = mailer([first.url, second.url]);
    await post(email);
    await post(email);
    expect([first.received.length, second.received.length, failingOf(email)[0]]).toEqual([1, 1, 'It took 25 s over one mail.']);
  });

  test('silence after the text: nobody else is given the same mail at once, since it may have gone', async () => {
    const first = await serve({ options: { onData: (stream) => { stream.resume(); } } });
    const second = await serve();
    const email = mailer([first.url, second.url]);
    expect([await post(email), second.received.length]).toMatchObject([{ code: 'outcome-unknown' }, 0]);
    await post(email);
    expect(second.received).toHaveLength(1);
  });

  test('each has its own login, and each is asked by the doctor', async () => {
    const [first, second] = [await serve(), await serve(refusesLogin)];
    const email = mailer([first.url, second.url.replace('smtp://', 'smtp://other:hunter2@')]);
    expect(await email.verify()).toEqual([{ server: new URL(second.url).host, failing: expect.stringMatching(/535/) }]);
  });
});

describe('DKIM', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'der' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  const resolver = async (name: string): Promise<string[][]> => { if (name !== 'lifeboat._domainkey.provider.example') throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }); return [[`v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`]]; };
  const verdict = async (raw: string): Promise<unknown> => (await dkimVerify(raw, { resolver })).results.map(({ status, signingDomain }) => [status.result, signingDomain, status.aligned]);
  async function signed(change: Partial<Card> = {}): Promise<MailServer> {
    const server = await serve();
    const email = createEmail({ urls: [server.url], from, domain: 'provider.example', dkim: { domainName: 'provider.example', keySelector: 'lifeboat', privateKey } });
    closings.push(() => email.stop());
    await email.channel.post(ana, { ...card, ...change }, { key: 'ask:R-12.1/email/ana' });
    return server;
  }
  test('what we send is signed and aligned with the sender', async () => {
    const { received: [mail] } = await signed();
    expect(await verdict(mail!.raw)).toEqual([['pass', 'provider.example', 'provider.example']]);
  });
  test.each<[string, (raw: string) => string]>([['subject', (raw) => raw.replace('pbrazos', 'snorlax')], ['text', (raw) => raw.replace('is down\r\n', 'is fine\r\n')], ['thread', (raw) => raw.replace('In-Reply-To: <R-12', 'In-Reply-To: <R-13')]])('with another %s the signature fails', async (_title, forge) => {
    const { received: [mail] } = await signed({ heading: 'Host pbrazos is down' });
    expect(forge(mail!.raw)).not.toBe(mail!.raw);
    expect(await verdict(forge(mail!.raw))).toEqual([['fail', 'provider.example', 'provider.example']]);
  });
  test('a digest offers one click that ends it, and the signature covers that; nothing else has it', async () => {
    const { received: [mail] } = await signed({ unsubscribeUrl: 'https://dr.example/unsubscribe/abc' });
    expect([mail!.headers.get('list-unsubscribe'), mail!.headers.get('list-unsubscribe-post')]).toEqual(['<https://dr.example/unsubscribe/abc>', 'List-Unsubscribe=One-Click']);
    expect(await verdict(mail!.raw.replace('unsubscribe/abc', 'unsubscribe/xyz'))).toMatchObject([['fail', 'provider.example', 'provider.example']]);
    expect((await signed()).received[0]!.headers.has('list-unsubscribe')).toBe(false);
  });
});

test('an answer goes into the thread of the mail that it answers, marked so that no machine answers back', async () => {
  const server = await serve();
  const email = createEmail({ urls: [server.url], from, domain: 'provider.example' });
  closings.push(() => email.stop());
  await email.answer('ben@mail.example', 'Re: [DR R-12]', 'R-12 is held.', { messageId: '<x@mail.example>' });
  await email.plain('15550001002@sms.carrier.example', 'DR R-12', 'ask:R-12.1/sms/+15550001002');
  const [answer, text] = server.received;
  expect([answer!.to, answer!.headers.get('in-reply-to'), answer!.headers.get('auto-submitted'), answer!.headers.get('subject')]).toEqual(['ben@mail.example', '<x@mail.example>', 'auto-replied', 'Re: [DR R-12]']);
  expect([text!.to, text!.headers.get('subject') ?? '', text!.parts[0]!.type, text!.raw.includes('DR R-12')]).toEqual(['15550001002@sms.carrier.example', '', 'text/plain', true]);
});

test('no server at all is a mistake of ours, not a silent loss', async () => {
  const servers = createMailServers({ urls: [], dkim: null, timeoutMs: 100, now: () => 0 });
  await expect(servers.send({ messageId: '<a@b>' })).rejects.toBeDefined();
});
