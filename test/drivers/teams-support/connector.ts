import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call { readonly method: string; readonly path: string; readonly authorization: string | undefined; readonly body: Record<string, any> }
/** What happens to one request: an answer, or the request is taken and the answer lost. */
export type Behaviour = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: object } | 'lost';

export interface FakeConnector {
  readonly url: string;
  readonly calls: Call[];
  /** For the next requests, one each; then all is well again. */
  readonly next: Behaviour[];
  /** The Adaptive Card of a call. */
  card(call: Call): Record<string, any>;
  close(): Promise<void>;
}

/** The Bot Connector's REST interface as far as a bot uses it, with whatever trouble a test wants. */
export async function startConnector(): Promise<FakeConnector> {
  const calls: Call[] = [];
  const next: Behaviour[] = [];
  let made = 0;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => { text += chunk.toString('utf8'); }).on('end', () => {
      calls.push({ method: request.method!, path: decodeURIComponent(request.url!), authorization: request.headers.authorization, body: text === '' ? {} : JSON.parse(text) });
      const behaviour = next.shift();
      if (behaviour === 'lost') { request.socket.destroy(); return; }
      const { status, headers = {}, body } = behaviour ?? { status: request.method === 'POST' ? 201 : 200, headers: {}, body: { id: request.url === '/v3/conversations' ? `a:opened-${++made}` : `activity-${++made}` } };
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body === undefined ? '' : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, calls, next,
    card: (call) => call.body.attachments[0].content,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}

let made = 0;
const bot = { id: '28:bot', name: 'Lifeboat' };

export interface Speaker { readonly id: string; readonly name: string; readonly aadObjectId: string }
export const ana: Speaker = { id: '29:ana', name: 'Ana Silva', aadObjectId: 'aad-ana' };
export const ben: Speaker = { id: '29:ben', name: 'Ben Okafor', aadObjectId: 'aad-ben' };

/** Activities as Teams sends them, with more fields than anybody reads. */
export function createActivities(serviceUrl: string, tenant: string) {
  const common = (from: Speaker, conversation: object) => ({ id: `f:${++made}`, timestamp: new Date().toISOString(), localTimezone: 'Europe/Lisbon', channelId: 'msteams', serviceUrl, from, recipient: bot, conversation: { tenantId: tenant, ...conversation }, channelData: { tenant: { id: tenant }, source: { name: 'message' } }, locale: 'en-GB' });
  const personal = (from: Speaker) => ({ id: `a:chat-${from.aadObjectId}`, conversationType: 'personal' });
  const channel = { id: '19:cluster01@thread.tacv2;messageid=1700000000001', conversationType: 'channel', isGroup: true };
  return {
    bot, channel,
    says: (from: Speaker, text: string, more: object = {}) => ({ ...common(from, personal(from)), type: 'message', text, textFormat: 'plain', attachments: [{ contentType: 'text/html', content: `<div>${text}</div>` }], entities: [{ type: 'clientInfo', locale: 'en-GB' }], ...more }),
    saysInChannel: (from: Speaker, text: string, more: object = {}) => ({ ...common(from, channel), type: 'message', text: `<at>Lifeboat</at> ${text}`, textFormat: 'plain', entities: [{ type: 'mention', mentioned: bot, text: '<at>Lifeboat</at>' }], ...more }),
    presses: (from: Speaker, id: string, more: object = {}) => ({ ...common(from, personal(from)), type: 'invoke', name: 'adaptiveCard/action', value: { action: { type: 'Action.Execute', title: 'Approve', verb: 'press', data: { id } }, trigger: 'manual' }, replyToId: '1', ...more }),
    looks: (from: Speaker, id: string, more: object = {}) => ({ ...common(from, channel), type: 'invoke', name: 'adaptiveCard/action', value: { action: { type: 'Action.Execute', title: 'Refresh', verb: 'personal', data: { id } }, trigger: 'automatic' }, ...more }),
    installs: (from: Speaker, more: object = {}) => ({ ...common(from, personal(from)), type: 'installationUpdate', action: 'add', ...more }),
    removedFromChannel: (from: Speaker) => ({ ...common(from, { ...channel, id: '19:cluster01@thread.tacv2' }), type: 'conversationUpdate', membersRemoved: [bot] }),
  };
}
