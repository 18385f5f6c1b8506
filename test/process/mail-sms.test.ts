import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createVar, discovered, fastEstate, type Lifeboat, startLifeboat } from '../support/lifeboat.js';
import { startMailServer, type MailServer, type ReceivedMail } from '../support/mail-server.js';
import { until } from '../support/poll.js';

describe('Text messages through a carrier that turns mail into them', () => {
  const place = createVar('lifeboat-mail-sms-');
  let carrier: MailServer;
  let lifeboat: Lifeboat;
  const texts = (digits: string): ReceivedMail[] => carrier.received.filter(({ to }) => to === `${digits}@sms.carrier.example`);
  const said = (mail: ReceivedMail): string => mail.raw.slice(mail.raw.indexOf('\r\n\r\n') + 4).replaceAll('=\r\n', '').replaceAll('=3D', '=').trim();

  beforeAll(async () => {
    carrier = await startMailServer();
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: { SMTP_URL: carrier.url, MAIL_FROM: 'Lifeboat <lifeboat@provider.example>', SMS_URL: 'mailto:NUMBER@sms.carrier.example', LIFEBOAT_ESTATE: fastEstate(place.folder, 5) } });
    await discovered(lifeboat);
  }, 120_000);
  afterAll(async () => {
    await lifeboat?.stop();
    await carrier?.close();
    place.done();
  }, 60_000);

  test('who may approve gets one segment as plain text without a subject, at the number\'s own address, and nobody calls it delivered', async () => {
    const { run } = await lifeboat.command('move site from=customerA to=service_provider dr_type=unplanned reason="array is dead"');
    const mail = await until('the text message', () => texts('15550001002').find((each) => each.raw.includes(`DR ${run} `)), 60_000);
    expect([mail.headers.get('subject') ?? '', mail.headers.get('content-type')]).toEqual(['', expect.stringMatching(/^text\/plain/)]);
    expect(said(mail)).toMatch(new RegExp(`^(\\[SIM\\] )?DR ${run} UNPLANNED MOVE.*Hold or decide in chat or console\\.`));
    // Nothing comes back, so nobody is asked to answer.
    expect(said(mail)).not.toContain('Reply');
    expect(said(mail).length).toBeLessThanOrEqual(160);
    expect(mail.headers.get('x-lifeboat-id')).toBe(`ask:${run}.1/sms/+15550001002`);
    await until('the hand-over', async () => (await lifeboat.command('query delivery status=sent surface=sms')).text.includes(`ask:${run}.1/sms/+15550001002`));
    expect((await lifeboat.command('query delivery status=delivered surface=sms')).text).not.toContain('15550001002');
    expect(texts('15550001001')).toEqual([]);
  }, 90_000);

  test('a critical incident calls who is on call, as a command has just changed it', async () => {
    expect((await lifeboat.command('modify on_call dr-primary people=chris from=2020-01-06')).text).toContain('people from ana, ben to chris');
    expect((await lifeboat.command('modify escalation critical steps=on_call:dr-primary,1h:ben')).text).toContain('change step 2 of critical');
    expect((await lifeboat.command('inject hmc vmhmc1')).status).toBe(0);
    const mail = await until('the text message', () => texts('15550001003').find((each) => /HMC_UNREACHABLE/.test(said(each))), 60_000);
    expect(said(mail)).toMatch(/DR CALL I-\d+ CRITICAL HMC_UNREACHABLE vmhmc1 .*acknowledge I-\d+ in chat or console\./);
    expect(said(mail)).not.toContain('Reply');
    expect(['15550001001', '15550001002'].flatMap(texts).filter((each) => /DR CALL/.test(said(each)))).toEqual([]);
    // Who is a contact with a phone is told, and not called.
    expect(texts('15550001001').map(said)).toEqual([expect.stringMatching(/DR I-\d+ CRITICAL HMC_UNREACHABLE/)]);
    expect((await lifeboat.command('query escalation')).text).toMatch(/Called so far: +1 of \d: chris/);
    await lifeboat.command('revert hmc vmhmc1');
  }, 90_000);
});
