import { afterEach, describe, expect, test } from '@jest/globals';
import type { Receipt } from '../../src/ports/outbox.js';
import type { SmsCall, SmsDoor, SmsMessage } from '../../src/ports/sms.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { createDeps } from './support.js';

const servers: WebServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });
const serve = async (change: Parameters<typeof createDeps>[0]): Promise<WebServer> => { const server = await createWebServer(createDeps(change).deps); servers.push(server); return server; };

describe('what a gateway for text messages calls', () => {
  const calls: SmsCall[] = [];
  const heard: (SmsMessage | Receipt | string | null)[] = [];
  const door = (path: string, method: 'GET' | 'POST', hear: SmsDoor['hear']): SmsDoor => ({ path, method, hear: (call) => { calls.push(call); return hear(call); }, reply: (text) => ({ type: 'text/xml', body: `<r>${text}</r>` }) });
  const receipt: Receipt = { surface: 'sms', of: { key: 'k' }, became: 'failed', why: 'off' };
  const sms = {
    doors: [
      door('/sms/message', 'POST', () => ({ kind: 'message', message: { from: '+1', text: '7K2F H', id: 'm' } })), door('/sms/receipt', 'GET', () => ({ kind: 'receipt', receipt, optedOut: '+1' })),
      door('/sms/nothing', 'POST', () => ({ kind: 'nothing' })), door('/sms/forged', 'POST', () => ({ kind: 'refused', status: 401, code: 'not-the-gateway', what: 'No.', next: 'Look.' })),
    ],
    reply: async (message: SmsMessage) => { heard.push(message); return 'held'; }, receipt: async (each: Receipt, optedOut: string | null) => { heard.push(each, optedOut); },
  };

  test('reaches the driver as it was sent, and is answered in the driver\'s form', async () => {
    const { fastify } = await serve({ sms });
    const form = 'MessageSid=SM1&Body=a%2Bb';
    const answers = [
      await fastify.inject({ method: 'POST', url: '/sms/message?x=1', headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-signature': 's' }, payload: form }),
      await fastify.inject({ method: 'GET', url: '/sms/receipt?type=2' }), await fastify.inject({ method: 'POST', url: '/sms/nothing', headers: { 'content-type': 'application/json' }, payload: '{"a": 1}' }),
    ];
    expect(answers.map(({ statusCode, body, headers }) => [statusCode, body, headers['content-type']])).toEqual([[200, '<r>held</r>', 'text/xml'], [200, '<r></r>', 'text/xml'], [200, '<r></r>', 'text/xml']]);
    expect(calls.map(({ url, body }) => [url, body])).toEqual([['/sms/message?x=1', form], ['/sms/receipt?type=2', ''], ['/sms/nothing', '{"a": 1}']]);
    expect(calls[0]).toMatchObject({ query: { x: '1' }, headers: { 'x-signature': 's' } });
    expect(heard).toEqual([{ from: '+1', text: '7K2F H', id: 'm' }, receipt, '+1']);
  });
  test('is refused where it is not the gateway, or too long, or there is none', async () => {
    const { fastify } = await serve({ sms });
    expect([(await fastify.inject({ method: 'POST', url: '/sms/forged' })).json(), (await fastify.inject({ method: 'POST', url: '/sms/message', payload: 'x'.repeat(20_000) })).statusCode]).toEqual([{ error: { code: 'not-the-gateway', what: 'No.', next: 'Look.', command: null } }, 413]);
    const without = await serve({});
    expect((await without.fastify.inject({ method: 'POST', url: '/sms/message' })).statusCode).toBe(404);
  });
});

describe('the end of digests', () => {
  const left: string[] = [];
  const unsubscribe = { known: async (token: string) => token === 'token-of-ana', leave: async (token: string) => token === 'token-of-ana' && left.push(token) > 0 };
  test('opening the link changes nothing; the one click of a mail program, without cookies or our headers, does', async () => {
    const { fastify } = await serve({ unsubscribe });
    const [page, head] = [await fastify.inject({ method: 'GET', url: '/unsubscribe/token-of-ana' }), await fastify.inject({ method: 'HEAD', url: '/unsubscribe/token-of-ana' })];
    expect([page.statusCode, head.statusCode, page.body.includes('Nothing has changed yet'), left]).toEqual([200, 200, true, []]);
    const click = await fastify.inject({ method: 'POST', url: '/unsubscribe/token-of-ana', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'List-Unsubscribe=One-Click' });
    expect([click.statusCode, left]).toEqual([200, ['token-of-ana']]);
  });
  test.each(['another-token', '%3Cscript%3E'])('an unknown link (%s) changes nothing and repeats nothing', async (token) => {
    const { fastify } = await serve({ unsubscribe });
    for (const method of ['GET', 'POST'] as const) {
      const answer = await fastify.inject({ method, url: `/unsubscribe/${token}` });
      expect([answer.statusCode, answer.body.includes('script')]).toEqual([404, false]);
    }
  });
});
