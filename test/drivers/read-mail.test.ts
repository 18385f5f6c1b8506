import { describe, expect, test } from '@jest/globals';
import { aboveTheQuote, readMail, TryLater } from '../../src/drivers/channel/email/read-mail.js';
import { dnsOf, writeMail } from '../support/signed-mail.js';

const dns = dnsOf('example.com', 'mail.example.com', 'evil.example');
const replace = (source: Buffer, from: string | RegExp, to: string): Buffer => Buffer.from(source.toString('latin1').replace(from, to), 'latin1');

describe('who a mail is from', () => {
  test('a signature of the sender\'s own domain, or of one above or below it, proves it', async () => {
    for (const by of ['example.com', 'mail.example.com']) expect(await readMail(await writeMail({ text: 'HOLD 7K2FBC3D' }, by), dns)).toMatchObject({ from: 'ben@example.com', unproven: null, text: 'HOLD 7K2FBC3D', automatic: false, bounce: null });
  });
  test.each<[string, () => Promise<Buffer>, RegExp]>([
    ['no signature', () => writeMail({ text: 'HOLD' }, null), /not signed/],
    ['the signature of another domain', () => writeMail({ text: 'HOLD' }, 'evil.example'), /not that of the sender's domain/],
    ['another subject than the signed one', async () => replace(await writeMail({ text: 'HOLD' }), 'R-12', 'R-13'), /does not hold/],
    ['another text than the signed one', async () => replace(await writeMail({ text: 'REJECT' }), 'REJECT', 'HOLD'), /does not hold/],
    ['a key that nobody has published', () => writeMail({ text: 'HOLD' }, 'unknown.example'), /does not hold/],
    ['a signature that leaves the subject out', () => writeMail({ text: 'HOLD' }, 'example.com', { skipFields: 'subject' }), /covers a part of it only/],
  ])('%s does not', async (_title, make, why) => { expect((await readMail(await make(), dns))!.unproven).toMatch(why); });
  test('while the DNS does not answer nobody knows: it is not refused, and looked at again', async () => {
    const away = async (): Promise<never> => { throw Object.assign(new Error('queryTxt ESERVFAIL'), { code: 'ESERVFAIL' }); };
    await expect(readMail(await writeMail({ text: 'HOLD 7K2FBC3D' }), away)).rejects.toBeInstanceOf(TryLater);
    expect((await readMail(await writeMail({ text: 'HOLD 7K2FBC3D' }, null), away))!.unproven).toMatch(/not signed/);
  });
  test('several senders, or none, are nobody', async () => {
    expect(await readMail(await writeMail({ from: ['ben@example.com', 'eve@evil.example'], text: 'HOLD' } as never), dns)).toBeNull();
    expect(await readMail(Buffer.from('Subject: x\r\n\r\nHOLD'), dns)).toBeNull();
    expect(await readMail(replace(await writeMail({ text: 'HOLD' }), 'From: ', 'From: Eve <eve@evil.example>\r\nFrom: '), dns).then((mail) => mail?.unproven ?? 'nobody')).toMatch(/several senders|nobody|does not hold/);
  });
});

test.each<[string, Record<string, string>]>([['an automatic answer', { 'Auto-Submitted': 'auto-replied' }], ['a list', { 'List-Id': '<ops.example.com>' }], ['bulk', { Precedence: 'bulk' }], ['a holiday notice', { 'X-Auto-Response-Suppress': 'All' }], ['a bounce\'s empty sender', { 'Return-Path': '<>' }]])('%s is from a machine', async (_title, headers) => {
  expect((await readMail(await writeMail({ text: 'HOLD 7K2FBC3D', headers }), dns))!.automatic).toBe(true);
});

test.each<[string, string]>([
  ['HOLD 7K2FBC3D\n\n> REJECT 7K2FBC3D', 'HOLD 7K2FBC3D'], ['HOLD 7K2FBC3D\r\n\r\nOn Sat, 28 Nov 2026, Lifeboat wrote:\r\n> x', 'HOLD 7K2FBC3D'], ['> REJECT 7K2FBC3D', ''],
  ['HOLD 7K2FBC3D\n-- \nBen', 'HOLD 7K2FBC3D'], ['HOLD 7K2FBC3D\n-----Original Message-----\nREJECT', 'HOLD 7K2FBC3D'], ['ok\nFrom: Lifeboat\nREJECT', 'ok'],
])('of %j only what is new counts', (text, above) => { expect(aboveTheQuote(text)).toBe(above); });

describe('a bounce', () => {
  const report = (action: string): string => ['From: MAILER-DAEMON@mx.example', 'To: lifeboat@provider.example', 'Message-ID: <b1@mx.example>', 'Subject: Undelivered Mail Returned to Sender', 'Auto-Submitted: auto-replied', 'MIME-Version: 1.0', 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', '',
    '--b', 'Content-Type: text/plain', '', 'I am sorry.', '--b', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.example', '', 'Final-Recipient: rfc822; ben@example.com', `Action: ${action}`, 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 <ben@example.com>: Recipient', '    address rejected', '',
    '--b', 'Content-Type: message/rfc822', '', 'X-Lifeboat-Id: notification:I-3/email/ben@example.com', 'Message-ID: <notification.I.3@provider.example>', 'Subject: x', '', 'Host down', '--b--', ''].join('\r\n');
  test('names our message and why', async () => {
    expect((await readMail(Buffer.from(report('failed')), dns))!.bounce).toEqual({ key: 'notification:I-3/email/ben@example.com', messageId: '<notification.I.3@provider.example>', failed: true, why: 'smtp; 550 5.1.1 <ben@example.com>: Recipient address rejected' });
  });
  test('that only says to wait is no failure', async () => { expect((await readMail(Buffer.from(report('delayed')), dns))!.bounce).toMatchObject({ failed: false }); });
});
