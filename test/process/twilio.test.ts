import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../support/free-port.js';
import { askedForMove, createVar, fastEstate, type Lifeboat, startLifeboat } from '../support/lifeboat.js';
import { until } from '../support/poll.js';
import { startTwilio, twilioAccount } from '../support/twilio.js';

const ben = '+15550001002';

describe('An unplanned move, rejected by a text message through Twilio', () => {
  const place = createVar('lifeboat-twilio-');
  let twilio: Awaited<ReturnType<typeof startTwilio>>;
  let lifeboat: Lifeboat;
  let run = '';
  const toBen = async () => (await twilio.messages()).find((message) => message.to === ben && message.body.includes(`DR ${run} `));
  const ledger = async (status: string): Promise<string> => (await lifeboat.command(`query delivery status=${status} surface=sms`)).text;

  beforeAll(async () => {
    const port = await freePort();
    twilio = await startTwilio(`http://127.0.0.1:${port}/sms/twilio`);
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: { PORT: String(port), SMS_URL: twilio.url, SMS_FROM: twilioAccount.number, LIFEBOAT_ESTATE: fastEstate(place.folder, 5) } });
    run = await askedForMove(lifeboat);
  }, 120_000);
  afterAll(async () => {
    await lifeboat?.stop();
    await twilio?.close();
    place.done();
  }, 60_000);

  test('the text is sent, is not called delivered before Twilio says so, and is then', async () => {
    const { sid } = (await until('the text message', toBen))!;
    await until('the hand-over', async () => (await ledger('sent')).includes(`ask:${run}.1/sms/${ben}`));
    await twilio.moveOn(sid, 'sent');
    expect(await ledger('delivered')).not.toContain(ben);
    await twilio.moveOn(sid, 'delivered');
    await until('the proof', async () => (await ledger('delivered')).includes(`ask:${run}.1/sms/${ben}`));
  }, 60_000);

  test('a forged call does nothing; a signed reply rejects the plan', async () => {
    const code = / ([A-Z0-9]{4}) H hold/.exec((await toBen())!.body)![1]!;
    for (const signature of [undefined, 'forged']) {
      const answer = await fetch(`${lifeboat.address}/sms/twilio`, { method: 'POST', body: new URLSearchParams({ MessageSid: `SM${'0'.repeat(32)}`, From: ben, Body: `${code} R` }), headers: signature === undefined ? {} : { 'x-twilio-signature': signature } });
      expect(answer.status).toBe(401);
    }
    expect((await lifeboat.command(`query run ${run}`)).text).toMatch(/State: +proposed/);
    await twilio.receives(ben, `${code} R`);
    await until('the rejection', async () => /State: +rejected/.test((await lifeboat.command(`query run ${run}`)).text));
    expect((await lifeboat.command(`why ${run}`)).text).toMatch(/ben/i);
  }, 60_000);
});
