import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createTwilio, toChannelError } from '../../src/drivers/channel/sms/twilio.js';
import type { Card } from '../../src/ports/channel.js';
import type { SmsGateway, SmsHeard } from '../../src/ports/sms.js';
import { callTo, closeGateways, startGateway } from '../support/gateway.js';
import { startTwilio, twilioAccount } from '../support/twilio.js';

const card: Card = { heading: 'DR R-12', body: 'DR R-12', text: 'DR R-12 UNPLANNED MOVE a>b.', actions: [], tone: 'warning' };
const ben = { kind: 'person', person: 'ben', identity: '+15550001002' } as const;
const key = 'ask:R-12.1/sms/+15550001002';
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const stop of stops.splice(0).toReversed()) await stop(); await closeGateways(); });

/** Lifeboat's doors behind a real HTTP server, in front of the emulator. */
async function set(tamper: (request: IncomingMessage, body: string) => string = (_request, body) => body) {
  const heard: SmsHeard[] = [];
  let gateway: SmsGateway | null = null;
  const { host } = await startGateway((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => { body += part.toString('utf8'); });
    request.on('end', () => {
      const door = gateway!.doors.find((each) => each.path === new URL(request.url!, 'http://x').pathname)!;
      heard.push(door.hear({ ...callTo(request.url!), headers: request.headers, body: tamper(request, body) }));
      const { type, body: answer } = door.reply('R-12 is held & <safe>.');
      response.writeHead(200, { 'content-type': type }).end(answer);
    });
  });
  const twilio = await startTwilio(`http://${host}/sms/twilio`);
  stops.push(() => twilio.close());
  gateway = await createTwilio({ url: twilio.url, from: twilioAccount.number, reachedAt: () => `http://${host}` });
  return { twilio, gateway, heard, host };
}

describe('Twilio by its own library, against the emulator', () => {
  test('a message goes out from our number and comes back with Twilio\'s id; the queue says nothing of delivery', async () => {
    const { twilio, gateway, heard } = await set();
    const ref = await gateway.channel.post(ben, card, { key });
    expect((await twilio.messages()).map(({ to, from, body }) => [to, from, body])).toEqual([[ben.identity, twilioAccount.number, card.text]]);
    expect(ref).toEqual({ surface: 'sms', conversation: ben.identity, message: (await twilio.messages())[0]!.sid });
    expect([heard, gateway.channel.proves]).toEqual([[{ kind: 'nothing' }], true]);
  });
  test('signed receipts name our message: sent is not delivered, delivered and undelivered are what they say', async () => {
    const { twilio, gateway, heard } = await set();
    const { message } = await gateway.channel.post(ben, card, { key });
    for (const status of ['sent', 'delivered', 'undelivered']) await twilio.moveOn(message, status);
    expect(heard.slice(1)).toEqual([{ kind: 'nothing' }, { kind: 'receipt', receipt: { surface: 'sms', of: { key }, became: 'delivered', why: null }, optedOut: null }, { kind: 'receipt', receipt: { surface: 'sms', of: { key }, became: 'failed', why: 'Twilio says undelivered.' }, optedOut: null }]);
  });
  test('a reply comes in signed, and is answered in TwiML', async () => {
    const { twilio, gateway, heard } = await set();
    await twilio.receives(ben.identity, '7K2F H');
    expect(heard).toEqual([{ kind: 'message', message: { from: ben.identity, text: '7K2F H', id: (await twilio.messages())[0]!.sid } }]);
    expect(gateway.doors[0]!.reply('a & <b>').body).toBe('<?xml version="1.0" encoding="UTF-8"?><Response><Message>a &amp; &lt;b&gt;</Message></Response>');
    expect(gateway.doors[0]!.reply('').body).toBe('<?xml version="1.0" encoding="UTF-8"?><Response></Response>');
  });
  test('what was changed on the way, is signed for another address, or not at all, is refused', async () => {
    const { twilio, heard } = await set((_request, body) => body.replace('7K2F', '2222'));
    await twilio.receives(ben.identity, '7K2F H');
    expect(heard).toMatchObject([{ kind: 'refused', status: 401, code: 'not-the-gateway' }]);
    const elsewhere = await createTwilio({ url: twilio.url, from: twilioAccount.number, reachedAt: () => 'https://dr.example' });
    expect(elsewhere.doors.map((door) => door.hear(callTo(door.path, { body: 'MessageSid=SM1&MessageStatus=delivered' })))).toMatchObject([{ status: 401 }, { status: 401 }]);
  });
  test('a wrong token is tried again, since somebody may mend it, and stands in no message', async () => {
    const { twilio } = await set();
    const wrong = await createTwilio({ url: `twilio://${twilioAccount.sid}:hunter2hunter2@${twilio.host}`, from: twilioAccount.number, reachedAt: () => null });
    const error = await wrong.channel.post(ben, card, { key }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/HTTP 401, error 20003/) });
    expect(String((error as Error).message)).not.toContain('hunter2');
    expect(wrong.channel.proves).toBe(false);
  });
});

test.each([
  [400, 21_211, 'refused'], [400, 21_614, 'refused'], [400, 21_610, 'opted-out'], [401, 20_003, 'unreachable'], [403, 20_003, 'unreachable'], [429, 20_429, 'busy'], [503, undefined, 'unreachable'],
])('HTTP %i, error %s: %s', (status, code, meaning) => { expect(toChannelError(Object.assign(new Error('as Twilio says'), { status, code }))).toMatchObject({ code: meaning, message: expect.stringContaining('as Twilio says') }); });

test('nobody there was not sent; no answer may have been', async () => {
  const { host, server } = await startGateway(() => undefined);
  const gateway = await createTwilio({ url: `twilio://${twilioAccount.sid}:x@${host}`, from: 'MG00000000000000000000000000000000', reachedAt: () => null, timeoutMs: 200 });
  const post = (): Promise<unknown> => gateway.channel.post(ben, card, { key }).catch((error: unknown) => error);
  expect(await post()).toMatchObject({ code: 'outcome-unknown' });
  await closeGateways();
  expect([server.listening, await post()]).toEqual([false, expect.objectContaining({ code: 'unreachable' })]);
});
