import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hasKannel, startKannel, type Kannel } from '../support/kannel.js';
import { createVar, discovered, fastEstate, type Lifeboat, startLifeboat } from '../support/lifeboat.js';
import { needs } from '../support/needs.js';
import { until } from '../support/poll.js';

const token = 'a-token-of-the-gateway';
const ben = '+15550001002';

needs('kannel', hasKannel, 'apt-get install kannel kannel-extras')('An unplanned move, held by a text message, through a real gateway', () => {
  const place = createVar('lifeboat-sms-');
  let kannel: Kannel;
  let lifeboat: Lifeboat;
  let port = 0;
  let code = '';
  let run = '';

  beforeAll(async () => {
    port = await new Promise<number>((resolve) => { const server = createServer().listen(0, '127.0.0.1', () => { const bound = (server.address() as AddressInfo).port; server.close(() => resolve(bound)); }); });
    kannel = await startKannel(`http://127.0.0.1:${port}/sms/kannel?token=${token}&from=%p&text=%a&id=%I`);
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: { PORT: String(port), SMS_URL: kannel.url, SMS_FROM: '12345', SMS_INBOUND_TOKEN: token, LIFEBOAT_ESTATE: fastEstate(place.folder, 5) } });
    await discovered(lifeboat);
  }, 120_000);
  afterAll(async () => {
    await lifeboat?.stop();
    await kannel?.stop();
    place.done();
  }, 60_000);

  const state = async (): Promise<string> => (await lifeboat.command(`query run ${run}`)).text;

  test('who may approve gets one segment with the danger first and a code of their own; who asked gets none', async () => {
    run = (await lifeboat.command('move site from=customerA to=service_provider dr_type=unplanned reason="array is dead"')).run!;
    const text = await until('the text message', () => kannel.received().split('\n').find((line) => line.includes(ben.slice(1)) && line.includes(run)));
    expect(text).toMatch(new RegExp(`DR ${run} UNPLANNED MOVE`));
    code = / ([A-Z0-9]{4}) H hold, \1 R reject, \1 A sign in\./.exec(text)![1]!;
    expect(kannel.received()).not.toContain('15550001001');
  }, 60_000);

  test('the carrier\'s report proves that it arrived, and the ledger says so', async () => {
    const entry = await until('the receipt', async () => { const { text } = await lifeboat.command('query delivery status=delivered surface=sms'); return text.includes(`ask:${run}.1/sms/${ben}`) ? text : null; });
    expect(entry).toMatch(/State: +delivered: a receipt proves it/);
    expect((await fetch(`${lifeboat.address}/sms/kannel/receipt?message=${Buffer.from(`ask:${run}.1/sms/${ben}`).toString('base64url')}&seal=forged&type=2`)).status).toBe(401);
    expect((await lifeboat.command('query delivery status=delivered surface=sms')).text).toContain(`ask:${run}.1/sms/${ben}`);
  }, 60_000);

  test('A does not approve: it names the page where that can be done', async () => {
    await kannel.send(ben, `${code} A`);
    await until('the answer', () => kannel.received().includes(`A text cannot approve ${run}.`));
    expect(await state()).toMatch(/State: +proposed/);
  }, 60_000);

  test('the code of somebody else, a stranger\'s number and a wrong token do nothing', async () => {
    await kannel.send('+15550009999', `${code} R`);
    await kannel.send(ben, '2222 R');
    await until('the answer', () => kannel.received().includes('2222 belongs to no open run of yours'));
    const forged = await fetch(`${lifeboat.address}/sms/kannel?token=another-token-of-16&from=%2B15550001002&text=${code}+R&id=x`);
    expect([forged.status, await forged.json()]).toEqual([401, { error: expect.objectContaining({ code: 'not-the-gateway' }) }]);
    expect(await state()).not.toMatch(/rejected/i);
  }, 60_000);

  test('H holds the run that was approved in the console meanwhile, and the story says by whom and how', async () => {
    const asked = await lifeboat.command(`approve ${run} attest=pbrazos target=customerA`, 'ben');
    const approved = asked.status === 0 ? asked : await lifeboat.command(`approve ${run}`, 'ben');
    expect(approved.text).toMatch(/approved/i);
    await until('a running run', async () => /running|granted/i.test(await state()));
    await kannel.send(ben, `${code} H`);
    await until('the held run', async () => /held/i.test(await state()));
    await until('the answer', () => new RegExp(`${run}[^\\n]*held|held[^\\n]*${run}`, 'i').test(kannel.received()));
    const { text } = await lifeboat.command(`why ${run}`);
    expect(text).toMatch(/held by ben/);
  }, 90_000);

  test('the carrier is away: the message waits in the gateway and arrives when it is back', async () => {
    await kannel.carrier(false);
    await lifeboat.command(`cancel ${run}`, 'ben');
    const second = await until('a second move', async () => (await lifeboat.command('move site from=customerB to=service_provider dr_type=unplanned reason="flood"')).run, 60_000);
    await until('its delivery to the gateway', async () => /"status":"sent"/.test(JSON.stringify(await (await lifeboat.as('ana'))('GET', `/api/outbox?surface=sms`))));
    await kannel.carrier(true);
    await until('the text message', () => kannel.received().includes(`DR ${second} UNPLANNED MOVE`));
    run = second;
  }, 90_000);

  test('STOP: the provider is told once, nothing more goes there, and the person is reached elsewhere; START ends it', async () => {
    await kannel.send(ben, 'STOP');
    await until('the incident', async () => /ben cannot be reached by text message/.test((await lifeboat.command('query incident')).text));
    expect((await lifeboat.command('query person ben')).text).toMatch(/Text messages: +none arrive: ben cannot be reached/);
    await lifeboat.command(`cancel ${run}`, 'ben');
    const third = await until('a third move', async () => (await lifeboat.command('move site from=customerB to=service_provider dr_type=unplanned reason="fire"')).run, 60_000);
    const dead = await until('the dead letter', async () => { const { text } = await lifeboat.command('query delivery status=failed surface=sms'); return text.includes(`ask:${third}.1/sms/${ben}`) ? text : null; });
    expect(dead).toMatch(/Why: +ben cannot be reached by text message: that phone sent STOP/);
    expect(kannel.received().split('\n').filter((line) => line.includes(`DR ${third} `) && line.includes(ben))).toEqual([]);
    await kannel.send(ben, 'START');
    await until('the end of it', async () => !/Text messages/.test((await lifeboat.command('query person ben')).text));
  }, 90_000);
});
