import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createEmail, needsTls, type Email } from '../../src/drivers/channel/email/email.js';
import { ChannelError, type Card, type ChannelFailure, type Target } from '../../src/ports/channel.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { until } from '../support/poll.js';

const closings: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => { for (const close of closings.splice(0).toReversed()) await close(); });

const ana: Target = { kind: 'person', person: 'ana', identity: 'ana@mail.example' };
const card: Card = { heading: '[SIM] Host pbrazos is down · I-3', body: '<p>Host <strong>pbrazos</strong> is down: 6 VMs ✓</p>', text: 'Host pbrazos is down: 6 VMs ✓', actions: [], tone: 'critical' };
const key = 'notification:I-3/email/ana@mail.example';

async function serve(script: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> {
  const server = await startMailServer(script);
  closings.push(() => server.close());
  return server;
}
function mailer(url: string, timeoutMs = 2_000): Email {
  const email = createEmail({ urls: [url], from: 'Lifeboat <lifeboat@provider.example>', domain: 'provider.example', timeoutMs });
  closings.push(() => email.stop());
  return email;
}
const failure = async (work: Promise<unknown>): Promise<ChannelError> => {
  const error = await work.then(() => null, (thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ChannelError);
  return error as ChannelError;
};

/** A server that speaks by a script of its own, for what smtp-server never does. */
async function rawServer(answer: (line: string, socket: Socket) => string | null, greeting: string | null = '220 mx.example ESMTP'): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (greeting !== null) socket.write(`${greeting}\r\n`);
    let rest = '';
    socket.on('data', (part: Buffer) => {
      const lines = (rest + part.toString('utf8')).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) { const says = answer(line, socket); if (says !== null) socket.write(`${says}\r\n`); }
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  closings.push(() => { for (const socket of sockets) socket.destroy(); return new Promise((resolve) => { server.close(resolve); }); });
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const usual = (line: string): string | null => (/^(EHLO|HELO)/.test(line) ? '250 mx.example' : /^(MAIL|RCPT|RSET|NOOP)/.test(line) ? '250 ok' : line === 'DATA' ? '354 go on' : line === 'QUIT' ? '221 bye' : null);

describe('mail', () => {
  test('goes out as plain text and HTML, in the words of the card', async () => {
    const server = await serve();
    const ref = await mailer(server.url).channel.post(ana, card, { key });
    const [mail] = server.received;
    expect(mail!.to).toBe('ana@mail.example');
    expect(mail!.parts.map(({ type, content }) => [type, content.trim()])).toEqual([['text/plain', card.text], ['text/html', card.body]]);
    expect(mail!.headers.get('from')).toBe('Lifeboat <lifeboat@provider.example>');
    expect(mail!.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail!.headers.get('x-lifeboat-id')).toBe(key);
    expect(ref).toEqual({ surface: 'email', conversation: 'ana@mail.example', message: mail!.headers.get('message-id') });
  });

  test('has the same Message-ID however often it is tried, and another one than other mail', async () => {
    const server = await serve({ data: (_to, before) => (before === 0 ? { code: 451, says: 'try again' } : null) });
    const email = mailer(server.url);
    await failure(email.channel.post(ana, card, { key }));
    await email.channel.post(ana, card, { key });
    await email.channel.post(ana, card, { key });
    await email.channel.post(ana, card, { key: 'notification:I-3:resolved/email/ana@mail.example' });
    const ids = server.received.map(({ headers }) => headers.get('message-id'));
    expect(ids[0]).toMatch(/^<[A-Za-z0-9.]+@provider\.example>$/);
    expect([ids[1], ids[2] === ids[0]]).toEqual([ids[0], false]);
  });

  test('hangs together by run and by incident, not across them', async () => {
    const server = await serve();
    const email = mailer(server.url);
    for (const each of ['notification:I-3/email/a', 'notification:I-3:resolved/email/a', 'ask:R-12.1/email/a', 'run-outcome:R-12/email/a', 'report:weekly/email/a']) await email.channel.post(ana, card, { key: each });
    expect(server.received.map(({ headers }) => headers.get('references'))).toEqual(['<I-3@provider.example>', '<I-3@provider.example>', '<R-12@provider.example>', '<R-12@provider.example>', undefined]);
  });

  test('a subject or a name with line breaks adds no header and no recipient', async () => {
    const server = await serve();
    const hostile = 'Host down\r\nBcc: eve@evil.example\r\nX-Injected: yes\r\n\r\nbody of eve';
    await mailer(server.url).channel.post(ana, { ...card, heading: hostile }, { key: `notification:I-3\r\nX-Key: yes/email/ana@mail.example` });
    const [mail] = server.received;
    expect([mail!.to, server.received.length]).toEqual(['ana@mail.example', 1]);
    expect([...mail!.headers.keys()].filter((name) => ['bcc', 'x-injected', 'x-key'].includes(name))).toEqual([]);
    expect(mail!.parts.map(({ content }) => content.trim())).toEqual([card.text, card.body]);
  });

  test('an address with a line break reaches nobody else', async () => {
    const server = await serve();
    for (const identity of ['ana@mail.example\r\nRCPT TO:<eve@evil.example>', 'ana@mail.example>\r\nRCPT TO:<eve@evil.example', 'ana@mail.example, eve@evil.example', 'ana <eve@evil.example>']) {
      await mailer(server.url).channel.post({ kind: 'person', person: 'ana', identity }, card, { key }).catch((error: unknown) => { expect(error).toMatchObject({ code: 'refused' }); });
    }
    expect(server.tries.filter((address) => address === 'eve@evil.example')).toEqual([]);
  });

  test('goes on after the server closed the idle connection and after it was restarted', async () => {
    const server = await startMailServer();
    const email = mailer(server.url);
    await email.channel.post(ana, card, { key });
    await server.close();
    expect((await failure(email.channel.post(ana, card, { key }))).code).toBe('unreachable');
    const again = await serve({ port: server.port });
    await email.channel.post(ana, card, { key });
    expect(again.received).toHaveLength(1);
  });

  test('is for people, and cannot be edited', async () => {
    const email = mailer('smtp://127.0.0.1:1');
    expect((await failure(email.channel.post({ kind: 'channel', channel: 'cluster01' }, card, { key }))).code).toBe('refused');
    expect((await failure(email.channel.update({ surface: 'email', conversation: 'a', message: 'b' }, card))).code).toBe('refused');
  });
});

describe('what a mail server says, and what it means', () => {
  test.each<[string, number, string, ChannelFailure]>([
    ['greylisting', 451, '4.7.1 Greylisted, try again in 5 minutes', 'unreachable'],
    ['a full mailbox', 452, '4.2.2 Mailbox full', 'unreachable'],
    ['an unknown recipient', 550, '5.1.1 No such user', 'refused'],
    ['a forbidden recipient', 554, '5.7.1 Relay denied', 'refused'],
  ])('%s at RCPT (%i)', async (_title, code, says, expected) => {
    const server = await serve({ recipient: () => ({ code, says }) });
    const error = await failure(mailer(server.url).channel.post(ana, card, { key }));
    expect([error.code, error.message]).toEqual([expected, expect.stringContaining(`${code} ${says}`)]);
  });

  test.each<[number, ChannelFailure]>([[451, 'unreachable'], [552, 'refused']])('%i after the text', async (code, expected) => {
    const server = await serve({ data: () => ({ code, says: 'not this one' }) });
    expect((await failure(mailer(server.url).channel.post(ana, card, { key }))).code).toBe(expected);
  });

  test('a wrong password is tried again, since somebody may mend it; the password is in no message', async () => {
    const server = await serve({ options: { authOptional: false, allowInsecureAuth: true, onAuth: (_auth, _session, callback) => { callback(Object.assign(new Error('5.7.8 Authentication failed'), { responseCode: 535 })); } } });
    const email = mailer(`smtp://lifeboat:hunter2%21@127.0.0.1:${server.port}`);
    const error = await failure(email.channel.post(ana, card, { key }));
    expect([error.code, error.message]).toEqual(['unreachable', expect.stringContaining('535')]);
    expect(error.message).not.toContain('hunter2');
    expect(await email.verify()).toEqual([{ server: new URL(server.url).host, failing: expect.stringContaining('535') }]);
  });

  test('a right password, with characters that an address escapes', async () => {
    let seen = '';
    const server = await serve({ options: { authOptional: false, allowInsecureAuth: true, onAuth: ({ username, password }, _session, callback) => { seen = `${username} ${password}`; callback(null, { user: 'lifeboat' }); } } });
    const email = mailer(`smtp://life%40boat:p%2Fw%3A%40@127.0.0.1:${server.port}`);
    expect(await email.verify()).toEqual([]);
    await email.channel.post(ana, card, { key });
    expect([seen, server.received.length]).toEqual(['life@boat p/w:@', 1]);
  });

  test.each<[string, boolean]>([
    ['smtp://lifeboat:pw@mail.example:587', true], ['smtp://lifeboat:pw@10.0.0.7', true], ['smtp://mail.example', false], ['smtps://lifeboat:pw@mail.example', false],
    ['smtp://lifeboat:pw@localhost:587', false], ['smtp://lifeboat:pw@127.0.0.1', false], ['smtp://lifeboat:pw@[::1]:587', false], ['smtp://lifeboat:pw@127.0.0.1.evil.example', true],
  ])('%s: a password needs STARTTLS: %s', (url, needed) => { expect(needsTls(new URL(url))).toBe(needed); });

  test('nobody listens', async () => {
    const server = await startMailServer();
    await server.close();
    const error = await failure(mailer(server.url).channel.post(ana, card, { key }));
    expect([error.code, error.message]).toEqual(['unreachable', expect.stringContaining('could not be reached')]);
  });

  test('somebody listens and says nothing', async () => {
    const url = await rawServer(() => null, null);
    expect((await failure(mailer(url, 300).channel.post(ana, card, { key }))).code).toBe('unreachable');
  });

  test('silence after the text: nobody knows whether it went', async () => {
    const url = await rawServer(usual);
    expect((await failure(mailer(url, 300).channel.post(ana, card, { key }))).code).toBe('outcome-unknown');
  });

  test('the connection breaks after the text: nobody knows whether it went', async () => {
    let inData = false;
    const url = await rawServer((line, socket) => {
      if (inData && line === '.') socket.destroy();
      if (line === 'DATA') inData = true;
      return inData && line !== 'DATA' ? null : usual(line);
    });
    expect((await failure(mailer(url, 2_000).channel.post(ana, card, { key }))).code).toBe('outcome-unknown');
  });

  test('the connection breaks before the text: it did not go', async () => {
    const url = await rawServer((line, socket) => { if (line.startsWith('RCPT')) { socket.destroy(); return null; } return usual(line); });
    expect((await failure(mailer(url, 2_000).channel.post(ana, card, { key }))).code).toBe('unreachable');
  });

  test('STARTTLS with a certificate that nobody vouches for: nothing is sent, and the message says what to do', async () => {
    const server = await serve({ options: { hideSTARTTLS: false } });
    const error = await failure(mailer(server.url).channel.post(ana, card, { key }));
    expect(error.code).toBe('unreachable');
    expect(error.message).toMatch(/certificate/);
    expect(error.message).toContain('NODE_EXTRA_CA_CERTS');
    expect(server.received).toEqual([]);
  });

  test('many at once go over few connections, and none is lost', async () => {
    const sessions = new Set<string>();
    const server = await serve({ options: { onConnect: (session, callback) => { sessions.add(session.id); callback(); } } });
    const email = mailer(server.url);
    await Promise.all(Array.from({ length: 40 }, (_, index) => email.channel.post({ ...ana, identity: `p${index}@mail.example` }, card, { key: `notification:I-3/email/p${index}@mail.example` })));
    await until('all', () => server.received.length === 40);
    expect(sessions.size).toBeLessThanOrEqual(4);
    expect(new Set(server.received.map(({ to }) => to)).size).toBe(40);
  });
});
