import { afterEach, describe, expect, test } from '@jest/globals';
import { createJsonGateway, signature } from '../../src/drivers/channel/sms/json.js';
import { createKannel } from '../../src/drivers/channel/sms/kannel.js';
import { createMailGateway } from '../../src/drivers/channel/sms/mail.js';
import type { Card } from '../../src/ports/channel.js';
import type { SmsGateway } from '../../src/ports/sms.js';
import { callTo, closeGateways, startGateway } from '../support/gateway.js';

const card: Card = { heading: 'DR R-12', body: 'DR R-12', text: 'DR R-12 MOVE a>b é', actions: [], tone: 'warning' };
const ben = { kind: 'person', person: 'ben', identity: '+15550001002' } as const;
const key = 'ask:R-12.1/sms/+15550001002';
afterEach(closeGateways);

describe('Kannel\'s delivery reports', () => {
  const token = 'a-token-of-the-gateway';
  async function sent(reachedAt: string | null, inboundToken: string | null = token): Promise<{ asked: URL; gateway: SmsGateway }> {
    let asked: URL | undefined;
    const { host } = await startGateway((request, response) => { asked = new URL(request.url!, 'http://gateway'); response.writeHead(202).end('0: Accepted for delivery'); });
    const gateway = createKannel({ url: `http://dr:pw@${host}/cgi-bin/sendsms`, from: null, inboundToken, reachedAt: () => reachedAt });
    await gateway.channel.post(ben, card, { key });
    return { asked: asked!, gateway };
  }
  const report = async (fill: (url: string) => string) => {
    const { asked, gateway } = await sent('https://dr.example');
    return gateway.doors[1]!.hear(callTo(fill(asked.searchParams.get('dlr-url')!)));
  };

  test('are asked for delivered, given up and refused, at an address that names one message and holds no token', async () => {
    const { asked, gateway } = await sent('https://dr.example');
    expect(asked.searchParams.get('dlr-mask')).toBe('19');
    expect(asked.searchParams.get('dlr-url')).toMatch(/^https:\/\/dr\.example\/sms\/kannel\/receipt\?message=[\w-]+&seal=[\w-]{43}&type=%d&said=%A$/);
    expect(asked.searchParams.get('dlr-url')).not.toContain(token);
    expect(gateway.channel.proves).toBe(true);
  });
  test('are not asked for where nobody knows how to reach us, or nothing proves the gateway', async () => {
    for (const { asked, gateway } of [await sent(null), await sent('https://dr.example', null)]) expect([asked.searchParams.has('dlr-url'), gateway.channel.proves]).toEqual([false, false]);
  });
  test.each([['1', 'delivered', null], ['2', 'failed', 'The phone could not be reached: the carrier gave the message up (no route).'], ['16', 'failed', 'The carrier refused the message (no route).']] as const)('type %s: %s', async (type, became, why) => {
    expect(await report((url) => url.replace('%d', type).replace('%A', 'no+route%00'))).toEqual({ kind: 'receipt', receipt: { surface: 'sms', of: { key }, became, why }, optedOut: null });
  });
  test.each(['4', '8', '32'])('type %s says nothing', async (type) => { expect(await report((url) => url.replace('%d', type).replace('%A', ''))).toEqual({ kind: 'nothing' }); });
  test('a forged or foreign one is refused', async () => {
    expect(await report((url) => url.replace('%d', '1').replace(/message=[\w-]+/, `message=${Buffer.from('ask:R-13.1/sms/+1').toString('base64url')}`))).toMatchObject({ kind: 'refused', status: 401 });
    expect(await report((url) => url.replace('%d', '1').replace(/seal=[\w-]+/, 'seal='))).toMatchObject({ kind: 'refused', status: 401 });
    expect(await report((url) => url.replace('%d', 'one'))).toMatchObject({ kind: 'refused', status: 400 });
  });
});

describe('A gateway that takes JSON', () => {
  const secret = 'a-secret-of-16-signs';
  const now = 1_700_000_000_000;
  const make = (host: string, reachedAt: string | null = 'https://dr.example'): SmsGateway => createJsonGateway({ url: `json+http://:${secret}@${host}/send`, from: '12345', reachedAt: () => reachedAt, now: () => now, timeoutMs: 500 });
  const post = (gateway: SmsGateway): Promise<unknown> => gateway.channel.post(ben, card, { key }).catch((error: unknown) => error);

  test('gets one signed message under our key, with the address for receipts', async () => {
    let got: { headers: Record<string, unknown>; body: string } | undefined;
    const { host } = await startGateway((request, response) => { let body = ''; request.on('data', (part: Buffer) => { body += part.toString('utf8'); }); request.on('end', () => { got = { headers: request.headers, body }; response.writeHead(202).end(); }); });
    expect(await post(make(host))).toEqual({ surface: 'sms', conversation: ben.identity, message: key });
    expect(JSON.parse(got!.body)).toEqual({ id: key, to: ben.identity, text: card.text, from: '12345', receipts: 'https://dr.example/sms/json' });
    expect(got!.headers['x-lifeboat-signature']).toBe(signature(secret, now / 1_000, got!.body));
    expect(JSON.stringify(got)).not.toContain(secret);
  });
  test.each([[400, 'refused'], [401, 'unreachable'], [410, 'opted-out'], [429, 'busy'], [503, 'unreachable']])('HTTP %i is %s', async (status, code) => {
    const { host } = await startGateway((_request, response) => { response.writeHead(status, { 'retry-after': '17' }).end('not this one'); });
    expect(await post(make(host))).toMatchObject({ code, message: expect.stringContaining('not this one'), ...(status === 429 ? { retryAfterMs: 17_000 } : {}) });
  });
  test('nobody there, and no answer', async () => {
    const { host } = await startGateway(() => undefined);
    expect(await post(make(host))).toMatchObject({ code: 'outcome-unknown' });
    await closeGateways();
    expect(await post(make(host))).toMatchObject({ code: 'unreachable' });
  });

  const hear = (body: string, seconds = now / 1_000, by = secret) => make('127.0.0.1:1').doors[0]!.hear(callTo('/sms/json', { body, headers: { 'x-lifeboat-signature': signature(by, seconds, body) } }));
  const receipt = (status: string, more: object = {}): string => JSON.stringify({ kind: 'receipt', id: key, status, ...more });
  test('tells what became of a message, and hands in replies', () => {
    expect(hear(receipt('delivered'))).toEqual({ kind: 'receipt', receipt: { surface: 'sms', of: { key }, became: 'delivered', why: null }, optedOut: null });
    expect(hear(receipt('failed', { why: 'off' }))).toMatchObject({ receipt: { became: 'failed', why: 'off' } });
    expect(hear(receipt('opted-out', { to: '15550001002' }))).toMatchObject({ receipt: { became: 'failed' }, optedOut: '+15550001002' });
    expect(hear(JSON.stringify({ kind: 'message', id: 'm1', from: '15550001002', text: '7K2F H' }))).toEqual({ kind: 'message', message: { from: '+15550001002', text: '7K2F H', id: 'm1' } });
    expect(make('127.0.0.1:1').doors[0]!.reply('held')).toEqual({ type: 'application/json; charset=utf-8', body: '{"reply":"held"}' });
  });
  test.each<[string, () => unknown, number]>([
    ['a wrong secret', () => hear(receipt('delivered'), now / 1_000, 'another-secret-of-16'), 401], ['an old one', () => hear(receipt('delivered'), now / 1_000 - 301), 401], ['one of the future', () => hear(receipt('delivered'), now / 1_000 + 301), 401],
    ['none', () => make('127.0.0.1:1').doors[0]!.hear(callTo('/sms/json', { body: receipt('delivered') })), 401], ['no JSON', () => hear('{'), 400], ['a field too many', () => hear(receipt('delivered', { price: 1 })), 400], ['a status of its own', () => hear(receipt('maybe')), 400],
  ])('%s is refused', (_title, told, status) => { expect(told()).toMatchObject({ kind: 'refused', status }); });
});

test('a carrier that takes mail gets the number in the address, the text, and our key', async () => {
  const mails: string[][] = [];
  const { channel, doors } = createMailGateway({ url: 'mailto:NUMBER@sms.carrier.example', send: async (...mail) => { mails.push(mail); return '<id@dr.example>'; } });
  expect(await channel.post(ben, card, { key })).toEqual({ surface: 'sms', conversation: ben.identity, message: '<id@dr.example>' });
  expect([mails, doors, channel.proves]).toEqual([[['15550001002@sms.carrier.example', card.text, key]], [], undefined]);
});
