import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { askedForMove, createVar, fastEstate, type Lifeboat, startLifeboat } from '../support/lifeboat.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { until } from '../support/poll.js';

describe('Mail of a running Lifeboat', () => {
  const place = createVar('lifeboat-mail-');
  let first: MailServer;
  let second: MailServer;
  let lifeboat: Lifeboat;
  let env: Record<string, string>;
  let run = '';
  const status = async (id: string): Promise<string> => (await lifeboat.command(`query run ${id}`)).text;
  const asked = async (id: string): Promise<string> => (await until('the mail to ben', () => [...first.received, ...second.received].find((mail) => mail.headers.get('x-lifeboat-id')!.startsWith(`ask:${id}.1/email/ben@`)))).raw;

  beforeAll(async () => {
    [first, second] = [await startMailServer({ options: { authOptional: false, allowInsecureAuth: true, onAuth: (_auth, _session, callback) => { callback(Object.assign(new Error('5.7.8 Authentication failed'), { responseCode: 535 })); } } }), await startMailServer()];
    env = { SMTP_URL: `${first.url.replace('smtp://', 'smtp://lifeboat:hunter2hunter2@')}, ${second.url}`, MAIL_FROM: 'Lifeboat <lifeboat@provider.example>', LIFEBOAT_ESTATE: fastEstate(place.folder, 5) };
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env });
    run = await askedForMove(lifeboat);
  }, 120_000);
  afterAll(async () => {
    await lifeboat?.stop();
    for (const server of [first, second]) await server?.close();
    place.done();
  }, 60_000);

  test('the first server refuses our login: the second takes the mail, the doctor says which fails, and the password is nowhere', async () => {
    const raw = await asked(run);
    expect([first.received.length, /^In-Reply-To: <R-\d+@provider\.example>\r$/m.test(raw), /^List-Unsubscribe/mi.test(raw)]).toEqual([0, true, false]);
    const { findings } = await lifeboat.call<{ findings: { name: string; status: string; says: string }[] }>('GET', '/api/doctor');
    expect(findings.find(({ name }) => name === 'mail')).toMatchObject({ status: 'note', says: expect.stringMatching(/1 of 2 servers do not take mail; it goes through the others\. 127\.0\.0\.1:\d+: .*535/) });
    expect((await lifeboat.command('query system status')).text).toMatch(/Messages: +mail server 127\.0\.0\.1:\d+ does not take mail: .*535/);
    expect(readFileSync(join(place.varDirectory, 'lifeboat.log'), 'utf8') + lifeboat.printed() + JSON.stringify(findings)).not.toContain('hunter2hunter2');
  }, 60_000);

  test('a scanner that opens every link of the mail, with every method that only looks, decides nothing', async () => {
    const [before, mail] = [await status(run), await asked(run)];
    const links = new Set([...mail.replaceAll('=\r\n', '').replaceAll('=3D', '=').matchAll(/https?:\/\/[^\s"<>]+/g)].map(([link]) => link));
    expect([...links]).toEqual([`${lifeboat.address}/#/runs/${run}`]);
    for (const link of links) {
      for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) await fetch(link, { method }).then((response) => response.text());
      const page = await (await fetch(link)).text();
      for (const [, path] of page.matchAll(/(?:src|href|action)="(\/[^"]*)"/g)) await fetch(new URL(path!, link)).then((response) => response.text());
    }
    expect(await status(run)).toBe(before);
    expect(before).toMatch(/State: +proposed/);
  }, 60_000);

  test('a press without a sign-in is refused, even as a POST', async () => {
    for (const path of ['/api/say', '/api/press', '/api/command']) {
      const answer = await fetch(`${lifeboat.address}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-lifeboat-request': '1' }, body: JSON.stringify({ conversation: 'private', text: `approve ${run}`, line: `approve ${run}`, deliveryId: 'scanner-0001' }) });
      expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true]);
    }
    expect(await status(run)).toMatch(/State: +proposed/);
  }, 60_000);

  test('killed in the middle of its mail: after the restart nothing is lost, and what is repeated has the same id', async () => {
    await lifeboat.command(`cancel ${run}`, 'ben');
    const next = await until('a second move', async () => (await lifeboat.command('move site from=customerB to=service_provider dr_type=unplanned reason="flood"')).run, 60_000);
    await lifeboat.kill();
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env });
    await asked(next);
    await until('an empty queue', async () => !/State: +waits/.test((await lifeboat.command('query delivery status=queued surface=email')).text));
    const sent = second.received.filter((mail) => mail.headers.get('x-lifeboat-id')!.startsWith(`ask:${next}.1/`));
    const ids = new Map(sent.map((mail) => [mail.headers.get('x-lifeboat-id'), mail.headers.get('message-id')]));
    expect(ids.size).toBeGreaterThan(0);
    // A repeat can be told by both of its ids; nobody else got anything under them.
    for (const mail of sent) expect([mail.headers.get('message-id'), mail.to]).toEqual([ids.get(mail.headers.get('x-lifeboat-id')), mail.headers.get('x-lifeboat-id')!.split('/').at(-1)]);
  }, 120_000);
});
