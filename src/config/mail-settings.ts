import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { VariableReader } from './chat-settings.js';
import type { VariableName } from './variables.js';

/** `urls`: in the order in which the servers are wanted. `inboxUrl` null: nobody answers by mail, and no bounce is heard of. */
export interface MailSettings { readonly urls: readonly string[]; readonly from: string; readonly dkim: DkimSettings | null; readonly inboxUrl: string | null; /** `ADDRESS` or `ADDRESS:PORT`, asked for the keys of senders. Empty: those of the machine. */ readonly dnsServers: readonly string[] }
export interface DkimSettings { readonly domainName: string; readonly keySelector: string; readonly privateKey: string }

/** Several servers stand behind each other; a comma inside a password is none between two. */
export const serversIn = (text: string): string[] => text.split(/,\s*(?=smtps?:)/i).map((each) => each.trim()).filter((each) => each !== '');
const domainForm = /^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

export function readMail({ value, wrong, url }: VariableReader): MailSettings | null {
  const urls = serversIn(value('SMTP_URL'));
  // The value may hold a password: the message names the variable only.
  for (const each of urls) if (!URL.canParse(each) || !/^smtps?:$/.test(new URL(each).protocol) || new URL(each).hostname === '') wrong('SMTP_URL', urls.length === 1 ? 'This is not an address with smtp or smtps.' : 'One of these is not an address with smtp or smtps.', 'Write smtp://USER:PASSWORD@HOST:587 or smtps://..., with a comma between several servers, the first one first.');
  const dkim = readDkim({ value, wrong, url });
  const inboxUrl = url('MAIL_IMAP_URL', ['imap', 'imaps']);
  if (inboxUrl !== null && URL.canParse(inboxUrl) && (new URL(inboxUrl).username === '' || new URL(inboxUrl).password === '')) wrong('MAIL_IMAP_URL', 'It names no account.', 'Write imaps://USER:PASSWORD@HOST/INBOX: the mailbox that gets what is sent to MAIL_FROM.');
  if (inboxUrl !== null && urls.length === 0) wrong('SMTP_URL', 'It is missing, and MAIL_IMAP_URL is of no use without it.', 'Set both, or neither.');
  const dnsServers = value('MAIL_DNS_SERVERS').split(',').map((each) => each.trim()).filter((each) => each !== '');
  for (const each of dnsServers) if (!isNameServer(each)) wrong('MAIL_DNS_SERVERS', `'${each}' is not the address of a name server.`, 'Write addresses such as 10.1.0.53, 127.0.0.1:5353 or [::1]:5353, with commas between them.');
  if (dnsServers.length > 0 && inboxUrl === null) wrong('MAIL_IMAP_URL', 'It is missing, and MAIL_DNS_SERVERS is of no use without it.', 'Set both, or unset MAIL_DNS_SERVERS.');
  return urls.length === 0 ? null : { urls, from: value('MAIL_FROM'), dkim, inboxUrl, dnsServers };
}

/** A name would have to be looked up by the very servers that it names. */
function isNameServer(text: string): boolean {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text);
  if (!parts) return isIP(text) === 6;
  const [, six, four, port] = parts;
  return (six === undefined ? isIP(four!) === 4 : isIP(six) === 6) && (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535));
}

/** All three or none. The key is read here, so that a wrong one stops the start and not the first mail at night. */
function readDkim({ value, wrong }: VariableReader): DkimSettings | null {
  const names = ['MAIL_DKIM_DOMAIN', 'MAIL_DKIM_SELECTOR', 'MAIL_DKIM_KEY_FILE'] as const satisfies readonly VariableName[];
  if (names.every((name) => value(name) === '')) return null;
  for (const name of names) if (value(name) === '') wrong(name, 'It is missing, and mail cannot be signed without it.', 'Set all of MAIL_DKIM_DOMAIN, MAIL_DKIM_SELECTOR and MAIL_DKIM_KEY_FILE, or none of them.');
  const [domainName, keySelector, file] = [value('MAIL_DKIM_DOMAIN'), value('MAIL_DKIM_SELECTOR'), value('MAIL_DKIM_KEY_FILE')];
  if (domainName !== '' && !domainForm.test(domainName)) wrong('MAIL_DKIM_DOMAIN', `'${domainName}' is not a domain.`, 'Write the domain of MAIL_FROM, such as provider.example.');
  if (keySelector !== '' && !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(keySelector)) wrong('MAIL_DKIM_SELECTOR', `'${keySelector}' is not a selector.`, 'Write what stands before ._domainkey in the DNS, such as lifeboat.');
  const sender = /@([^>\s]+)/.exec(value('MAIL_FROM'))?.[1]?.toLowerCase() ?? '';
  if (domainForm.test(domainName) && sender !== domainName.toLowerCase() && !sender.endsWith(`.${domainName.toLowerCase()}`)) wrong('MAIL_DKIM_DOMAIN', `It is not the domain of MAIL_FROM (${sender}), so a signature would prove nothing to those who receive it.`, 'Let both name the same domain.');
  return file === '' ? null : { domainName, keySelector, privateKey: readKey(file, wrong) };
}

function readKey(file: string, wrong: VariableReader['wrong']): string {
  let text: string;
  try {
    text = readFileSync(resolve(file), 'utf8');
  } catch (error) {
    wrong('MAIL_DKIM_KEY_FILE', `The file cannot be read (${(error as { code?: string }).code ?? 'unknown error'}).`, 'Let it name a file that the user of Lifeboat may read, and nobody else.');
    return '';
  }
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 1024) return text;
  } catch { /* Said below: what stands in the file is nobody's business. */ }
  wrong('MAIL_DKIM_KEY_FILE', 'It holds no private RSA key of 1024 bits or more.', 'Make one: openssl genrsa -out dkim.pem 2048');
  return '';
}
