import { afterEach, expect, test } from '@jest/globals';
import { resolverOf } from '../../src/drivers/channel/email/name-servers.js';
import { readMail, TryLater } from '../../src/drivers/channel/email/read-mail.js';
import { freePort } from '../support/free-port.js';
import { startNameServer, type NameServer } from '../support/name-server.js';
import { keyRecord, writeMail } from '../support/signed-mail.js';

let server: NameServer | undefined;
afterEach(async () => { await server?.close(); server = undefined; });

test('the key of a sender is asked of the servers that are named, and proves the mail', async () => {
  server = await startNameServer({ 'test._domainkey.example.com': keyRecord });
  const resolver = resolverOf([server.address]);
  expect(await readMail(await writeMail({ text: 'HOLD 7K2FBC3D' }), resolver)).toMatchObject({ from: 'ben@example.com', unproven: null });
  expect(server.asked).toEqual(['test._domainkey.example.com']);
});

test('where they say that there is no such key, the mail proves nothing', async () => {
  server = await startNameServer({});
  expect((await readMail(await writeMail({ text: 'HOLD 7K2FBC3D' }), resolverOf([server.address])))!.unproven).toMatch(/does not hold/);
});

test('where none of them answers, the mail waits', async () => {
  await expect(readMail(await writeMail({ text: 'HOLD 7K2FBC3D' }), resolverOf([`127.0.0.1:${await freePort()}`]))).rejects.toBeInstanceOf(TryLater);
}, 30_000);

test('without any, those of the machine are asked', () => { expect(resolverOf([])).toBeUndefined(); });
