import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readEnvironment } from '../../src/config/environment.js';
import { ConfigProblems } from '../../src/config/problem.js';

const folder = mkdtempSync(join(tmpdir(), 'lifeboat-mail-settings-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
const file = (name: string, text: string): string => { const path = join(folder, name); writeFileSync(path, text); return path; };
const key = (bits: number): string => generateKeyPairSync('rsa', { modulusLength: bits, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } }).privateKey;
const problems = (env: Record<string, string>): { at: string; text: string }[] => {
  try { readEnvironment(env); } catch (error) { if (error instanceof ConfigProblems) return error.problems.map(({ at, what, remedy }) => ({ at, text: `${what} ${remedy}` })); throw error; }
  return [];
};
const account = `AC${'0'.repeat(32)}`;

describe('SMS_URL', () => {
  test.each([
    ['http://dr:pw@127.0.0.1:13013/cgi-bin/sendsms', 'kannel'], [`twilio://${account}:token@api.twilio.com`, 'twilio'], ['json+https://:a-secret-of-16-signs@sms.example/send', 'json'], ['json+http://:a-secret-of-16-signs@127.0.0.1:9/send', 'json'], ['mailto:NUMBER@sms.carrier.example', 'mail'],
  ])('%s is %s, and what is secret in it is kept out of sight', (url, kind) => {
    const { sms, secretValues } = readEnvironment({ SMS_URL: url, SMS_FROM: '12345', SMTP_URL: 'smtp://mx.example' });
    expect(sms).toMatchObject({ kind, url, from: '12345' });
    const { password } = new URL(url);
    if (password !== '') expect(secretValues).toContain(password);
  });
  test.each<[string, Record<string, string>, string]>([
    ['ftp://x', {}, 'SMS_URL'], ['twilio://nobody:token@api.twilio.com', { SMS_FROM: '1' }, 'SMS_URL'], [`twilio://${account}@api.twilio.com`, { SMS_FROM: '1' }, 'SMS_URL'], [`twilio://${account}:token@api.twilio.com`, {}, 'SMS_FROM'],
    ['json+https://:short@sms.example/send', {}, 'SMS_URL'], ['json+http://:a-secret-of-16-signs@sms.example/send', {}, 'SMS_URL'], ['mailto:15550001@sms.carrier.example', { SMTP_URL: 'smtp://mx.example' }, 'SMS_URL'], ['mailto:NUMBER@sms.carrier.example', {}, 'SMTP_URL'],
  ])('%s with %j is refused at %s, without the secret', (url, more, at) => {
    const found = problems({ SMS_URL: url, ...more });
    expect(found.map((each) => each.at)).toEqual([at]);
    expect(found[0]!.text).not.toMatch(/a-secret-of-16-signs|:token@api.twilio.com.*nobody/);
  });
});

describe('mail', () => {
  test('several servers in order, each with its login; a comma in a password parts none, and every password is kept out of sight', () => {
    const { mail, secretValues } = readEnvironment({ SMTP_URL: 'smtp://a:p%2Cw,x@mx1.example:587, smtps://b:other@mx2.example' });
    expect(mail!.urls).toEqual(['smtp://a:p%2Cw,x@mx1.example:587', 'smtps://b:other@mx2.example']);
    for (const secret of ['p%2Cw,x', 'p,w,x', 'other']) expect(secretValues).toContain(secret);
  });
  test.each([['smtp://mx1.example, http://mx2.example'], ['smtp://'], ['mx1.example']])('%s is refused', (url) => { expect(problems({ SMTP_URL: url }).map(({ at }) => at)).toEqual(['SMTP_URL']); });

  const dkim = { SMTP_URL: 'smtp://mx.example', MAIL_FROM: 'Lifeboat <lifeboat@dr.provider.example>', MAIL_DKIM_DOMAIN: 'provider.example', MAIL_DKIM_SELECTOR: 'lifeboat' };
  test('a key for DKIM is read at the start, and kept out of sight', () => {
    const pem = key(2048);
    const { mail, secretValues } = readEnvironment({ ...dkim, MAIL_DKIM_KEY_FILE: file('good.pem', pem) });
    expect(mail!.dkim).toEqual({ domainName: 'provider.example', keySelector: 'lifeboat', privateKey: pem });
    expect(secretValues).toContain(pem);
  });
  test.each<[string, Record<string, string>, string]>([
    ['a file that is not there', { MAIL_DKIM_KEY_FILE: '/nowhere/dkim.pem' }, 'MAIL_DKIM_KEY_FILE'], ['a file without a key', { MAIL_DKIM_KEY_FILE: file('bad.pem', 'hunter2') }, 'MAIL_DKIM_KEY_FILE'], ['a key that is too short', { MAIL_DKIM_KEY_FILE: file('short.pem', key(512)) }, 'MAIL_DKIM_KEY_FILE'],
    ['no key at all', {}, 'MAIL_DKIM_KEY_FILE'], ['another domain than the sender\'s', { MAIL_DKIM_KEY_FILE: file('good2.pem', key(1024)), MAIL_DKIM_DOMAIN: 'other.example' }, 'MAIL_DKIM_DOMAIN'], ['no selector', { MAIL_DKIM_KEY_FILE: file('good3.pem', key(1024)), MAIL_DKIM_SELECTOR: 'a b' }, 'MAIL_DKIM_SELECTOR'],
  ])('%s stops the start, and says nothing of what stands in the file', (_title, change, at) => {
    const found = problems({ ...dkim, ...change });
    expect([found.map((each) => each.at), JSON.stringify(found).includes('hunter2')]).toEqual([[at], false]);
  });
  test('a mailbox needs an account, and servers to answer through', () => {
    expect(readEnvironment({ SMTP_URL: 'smtp://mx.example', MAIL_IMAP_URL: 'imaps://lifeboat:hunter2@mx.example/INBOX' }).secretValues).toContain('hunter2');
    expect([problems({ SMTP_URL: 'smtp://mx.example', MAIL_IMAP_URL: 'imaps://mx.example' }), problems({ MAIL_IMAP_URL: 'imaps://lifeboat:hunter2@mx.example' })].map((found) => found.map(({ at }) => at))).toEqual([['MAIL_IMAP_URL'], ['SMTP_URL']]);
  });
});
