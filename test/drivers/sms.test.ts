import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createKannel } from '../../src/drivers/channel/sms/kannel.js';
import type { Card } from '../../src/ports/channel.js';

const card: Card = { heading: 'DR R-12', body: 'DR R-12 UNPLANNED MOVE a>b.', text: 'DR R-12 UNPLANNED MOVE a>b.', actions: [], tone: 'warning' };
const ben = { kind: 'person', person: 'ben', identity: '+15550001002' } as const;

describe('Text messages through Kannel\'s HTTP interface', () => {
  const servers: Server[] = [];
  const close = (server: Server): Promise<void> => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); });
  afterEach(async () => { await Promise.all(servers.splice(0).map(close)); });
  const gateway = async (answer: RequestListener): Promise<string> => {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return `http://dr:p%40ss@127.0.0.1:${(server.address() as AddressInfo).port}/cgi-bin/sendsms`;
  };
  const answering = (status: number, text: string): Promise<string> => gateway((_request, response) => { response.writeHead(status).end(text); });
  const post = async (url: string, timeoutMs = 10_000): Promise<unknown> => createKannel({ url, from: '12345', inboundToken: null, reachedAt: () => null, timeoutMs }).channel.post(ben, card, { key: 'ask:R-12.1/sms/+15550001002' }).catch((error: unknown) => error);

  test('the number, the text and the account go where Kannel reads them, and 202 is sent', async () => {
    let asked: URL | undefined;
    const url = await gateway((request, response) => { asked = new URL(request.url!, 'http://gateway'); response.writeHead(202).end('0: Accepted for delivery'); });
    expect(await post(url)).toEqual({ surface: 'sms', conversation: '+15550001002', message: 'ask:R-12.1/sms/+15550001002' });
    expect([asked!.pathname, Object.fromEntries(asked!.searchParams)]).toEqual(['/cgi-bin/sendsms', { username: 'dr', password: 'p@ss', to: '+15550001002', from: '12345', text: card.text, charset: 'UTF-8', coding: '0' }]);
  });

  test.each([[403, 'Authorization failed', 'refused'], [403, 'Not routable. Do not try again.', 'refused'], [400, 'Missing receiver number', 'refused'], [503, 'Temporal failure, try again later.', 'busy'], [500, 'oops', 'unreachable']])('%i %s is %s, and no message of it holds the password', async (status, text, code) => {
    const error = await post(await answering(status, text));
    expect(error).toMatchObject({ name: 'ChannelError', code, message: expect.stringContaining(text) });
    expect(String((error as Error).message)).not.toMatch(/p@ss|p%40ss/);
  });

  test('nobody there is unreachable; no answer may have been sent all the same', async () => {
    const closed = await answering(202, 'ok');
    await close(servers.pop()!);
    expect(await post(closed)).toMatchObject({ code: 'unreachable' });
    expect(await post(await gateway(() => undefined), 50)).toMatchObject({ code: 'outcome-unknown' });
    expect(await post(await gateway((request) => { request.socket.destroy(); }))).toMatchObject({ code: 'outcome-unknown' });
  });

  test('a channel is no phone, and nothing is edited', async () => {
    const { channel } = createKannel({ url: await answering(202, 'ok'), from: null, inboundToken: null, reachedAt: () => null });
    await expect(channel.post({ kind: 'channel', channel: 'cluster01' }, card, { key: 'k' })).rejects.toMatchObject({ code: 'refused' });
    await expect(channel.update({ surface: 'sms', conversation: '', message: '' }, card)).rejects.toMatchObject({ code: 'refused' });
  });
});
