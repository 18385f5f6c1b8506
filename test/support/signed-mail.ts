import { generateKeyPairSync } from 'node:crypto';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Resolver } from '../../src/drivers/channel/email/read-mail.js';

export const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'der' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });

/** What stands in the DNS under `test._domainkey.DOMAIN`. */
export const keyRecord = `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`;

/** A DNS in which each of these domains has the same key. */
export const dnsOf = (...domains: string[]): Resolver => async (name) => {
  if (!domains.some((domain) => name === `test._domainkey.${domain}`)) throw Object.assign(new Error(`no such name: ${name}`), { code: 'ENOTFOUND' });
  return [[keyRecord]];
};

/** A mail as its server would send it. `by`: the domain that signs; null: nobody. */
export async function writeMail(mail: SendMailOptions, by: string | null = 'example.com', more: { readonly skipFields?: string } = {}): Promise<Buffer> {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows', ...(by === null ? {} : { dkim: { domainName: by, keySelector: 'test', privateKey, ...more } }) });
  const { message } = await transport.sendMail({ from: 'Ben <ben@example.com>', to: 'lifeboat@provider.example', subject: 'Re: [DR R-12] Approval needed', ...mail }) as unknown as { message: Buffer };
  return message;
}
