import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Millis } from '../../core/names.js';

export interface StandardWebhookOptions {
  readonly url: string;
  /** null: not signed. */
  readonly secret: string | null;
  readonly now: () => Millis;
}

/** Answers with the receiver's status. @throws when it cannot be reached or does not answer in time; the message holds no part of the address but the host */
export type PostWebhook = (body: string, contentType: string, id: string, signal: AbortSignal) => Promise<number>;

const patienceMs: Millis = 15_000;

/** Posts as Standard Webhooks says: an id that stays the same when it is sent again, the time, and a signature over both and the body. Redirects are not followed. */
export function createStandardWebhook({ url, secret, now }: StandardWebhookOptions): { readonly post: PostWebhook; close(): void } {
  const target = new URL(url);
  const tls = target.protocol === 'https:';
  const agent = new (tls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 2 });
  const authorization = target.username === '' ? {} : { authorization: `Basic ${Buffer.from(`${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`).toString('base64')}` };
  return {
    post: (body, contentType, id, signal) => new Promise((resolve, reject) => {
      const stamp = String(Math.floor(now() / 1_000));
      const failed = (error: NodeJS.ErrnoException): void => { reject(new Error(`${target.host} does not answer (${error.code ?? error.message}).`)); };
      const call = (tls ? httpsRequest : httpRequest)({
        protocol: target.protocol, hostname: target.hostname.replace(/^\[|\]$/g, ''), port: target.port, path: `${target.pathname}${target.search}`, method: 'POST', agent, signal, timeout: patienceMs,
        headers: { 'content-type': contentType, 'content-length': Buffer.byteLength(body), 'webhook-id': id, 'webhook-timestamp': stamp, ...authorization, ...(secret === null ? {} : { 'webhook-signature': signatureOf(secret, id, stamp, body) }) },
      }, (response) => {
        response.on('error', failed);
        response.resume().on('end', () => { resolve(response.statusCode ?? 0); });
      });
      call.on('timeout', () => { call.destroy(new Error('no answer within 15 s')); });
      call.on('error', failed);
      call.end(body);
    }),
    close: () => { agent.destroy(); },
  };
}

function signatureOf(secret: string, id: string, stamp: string, body: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(`${id}.${stamp}.${body}`).digest('base64')}`;
}
