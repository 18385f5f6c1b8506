import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail { readonly to: string; readonly raw: string; readonly headers: ReadonlyMap<string, string>; readonly parts: readonly { readonly type: string; readonly content: string }[] }
export type Verdict = { readonly code: number; readonly says: string } | null;

export interface MailServer {
  readonly port: number;
  readonly url: string;
  readonly received: ReceivedMail[];
  /** Every try of a recipient, also the refused ones. */
  readonly tries: string[];
  close(): Promise<void>;
}

/** A mail server on loopback that does as the script says. `recipient`: asked at RCPT TO with how often this address was tried before; null takes it. */
export async function startMailServer(script: { readonly recipient?: (address: string, before: number) => Verdict; readonly data?: (to: string, before: number) => Verdict; readonly port?: number; readonly options?: SMTPServerOptions } = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const tries: string[] = [];
  const dataTries = new Map<string, number>();
  const refuse = ({ code, says }: { code: number; says: string }): Error => Object.assign(new Error(says), { responseCode: code });
  const server = new SMTPServer({
    authOptional: true, hideSTARTTLS: true, disableReverseLookup: true, closeTimeout: 500, logger: false,
    onRcptTo({ address }, _session, callback) {
      const verdict = script.recipient?.(address, tries.filter((each) => each === address).length) ?? null;
      tries.push(address);
      callback(verdict === null ? null : refuse(verdict));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join(', ');
        const verdict = script.data?.(to, dataTries.get(to) ?? 0) ?? null;
        dataTries.set(to, (dataTries.get(to) ?? 0) + 1);
        if (verdict) { callback(refuse(verdict)); return; }
        received.push(parse(to, Buffer.concat(chunks).toString('utf8')));
        callback();
      });
    },
    ...script.options,
  });
  // A client that breaks off in the middle is the test's business.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => { server.listen(script.port ?? 0, '127.0.0.1', () => { resolve(); }); });
  const { port } = server.server.address() as AddressInfo;
  return { port, url: `smtp://127.0.0.1:${port}`, received, tries, close: () => new Promise((resolve) => { server.close(() => { resolve(); }); }) };
}

function parse(to: string, raw: string): ReceivedMail {
  const headers = headersOf(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type') ?? '')?.[1];
  const parts = boundary === undefined ? [raw] : raw.split(`--${boundary}`).slice(1, -1).map((part) => part.replace(/^\r\n/, ''));
  return { to, raw, headers, parts: parts.map((part) => ({ type: (headersOf(part).get('content-type') ?? '').split(';')[0]!, content: decode(part.slice(part.indexOf('\r\n\r\n') + 4), headersOf(part).get('content-transfer-encoding') ?? '') })) };
}

function headersOf(text: string): Map<string, string> {
  const lines = text.slice(0, text.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
}

function decode(content: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(content, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return content;
  const bytes = content.replaceAll(/=\r\n/g, '').replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
