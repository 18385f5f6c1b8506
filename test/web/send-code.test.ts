import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { peopleStream } from '../../src/core/event.js';
import type { Channel } from '../../src/ports/channel.js';
import { ChannelError } from '../../src/ports/channel.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { until } from '../support/poll.js';
import { anEstate, createDeps, silentLogger } from './support.js';

const servers: WebServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });

async function serve({ chat = true } = {}) {
  const post = jest.fn<Channel['post']>(async () => ({ surface: 'slack', conversation: 'D1', message: '1' }));
  const lines: unknown[] = [];
  const made = createDeps({ estate: anEstate({ simulated: false, clockRate: 1 }), directChannels: new Map(chat ? [['slack', { post }]] : []), logger: silentLogger(lines) });
  const server = await createWebServer(made.deps);
  servers.push(server);
  const link = (person: string, identity: string): void => { made.world.append(peopleStream, null, { type: 'person.linked', person, surface: 'slack', identity }); };
  const call = (url: string, payload: object, remoteAddress = '127.0.0.1') => server.fastify.inject({ method: 'POST', url, remoteAddress, headers: { 'x-lifeboat-request': 'test' }, payload });
  const ask = (person: string, from?: string) => call('/api/session/send-code', { person }, from);
  const codeSent = (): string => /is (\w+)\./.exec(post.mock.lastCall![1].text)![1]!;
  return { ...made, server, post, lines, link, call, ask, codeSent };
}

describe('a code over a linked chat account', () => {
  test('goes to the account privately, signs its person in once, and is kept nowhere', async () => {
    const { link, ask, post, codeSent, call, lines, world, conversations } = await serve();
    link('ana', 'T1/U-ANA');
    expect((await ask('Ana ')).json()).toEqual({ asked: true, validForMs: 600_000 });
    await until('the message', () => post.mock.calls.length > 0);
    expect(post).toHaveBeenCalledWith({ kind: 'person', person: 'ana', identity: 'T1/U-ANA' }, expect.objectContaining({ heading: 'Sign-in code', actions: [] }), { key: expect.stringMatching(/^sign-in-code:/) });
    const code = codeSent();
    expect(JSON.stringify([lines, world.entries, await conversations.changedAfter(-1, 100)])).not.toContain(code);
    expect((await call('/api/session/login', { code })).json()).toEqual({ person: 'ana' });
    expect((await call('/api/session/login', { code })).statusCode).toBe(401);
  });

  test('is answered alike for a person with an account, one without, and nobody; only the first gets any', async () => {
    const { link, ask, post } = await serve();
    link('ana', 'T1/U-ANA');
    const answers = await Promise.all(['ben', 'nobody', 'ana'].map(async (person) => { const { statusCode, body } = await ask(person); return { statusCode, body }; }));
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    await until('the message', () => post.mock.calls.length > 0);
    expect(post.mock.calls.map(([target]) => target)).toEqual([expect.objectContaining({ person: 'ana' })]);
  });

  test('is sent to another account of the person when one cannot be reached', async () => {
    const { link, ask, post, call, codeSent } = await serve();
    link('ana', 'T1/U-OLD');
    link('ana', 'T1/U-NEW');
    post.mockRejectedValueOnce(new ChannelError('refused', 'Slack conversations.open: user_disabled'));
    await ask('ana');
    await until('the second try', () => post.mock.calls.length === 2);
    expect(post.mock.lastCall![0]).toMatchObject({ identity: 'T1/U-NEW' });
    expect((await call('/api/session/login', { code: codeSent() })).statusCode).toBe(200);
  });

  test('that reaches nobody is logged without the code', async () => {
    const { link, ask, post, lines, codeSent } = await serve();
    link('ana', 'T1/U-ANA');
    post.mockRejectedValueOnce(new ChannelError('unreachable', 'Slack is away'));
    await ask('ana');
    await until('the log line', () => JSON.stringify(lines).includes('Slack is away'));
    expect(JSON.stringify(lines)).not.toContain(codeSent());
  });

  test('is not sent to an account of somebody who left the estate', async () => {
    const { link, ask, post, world } = await serve();
    link('ana', 'T1/U-ANA');
    world.importEstate(anEstate({ simulated: false, people: anEstate().people.filter(({ name }) => name !== 'dora') }));
    link('dora', 'T1/U-DORA');
    await ask('dora');
    await ask('ana');
    await until('the message', () => post.mock.calls.length > 0);
    expect(post.mock.calls.map(([target]) => target)).toEqual([expect.objectContaining({ person: 'ana' })]);
  });
});

describe('asking for codes', () => {
  test.each(['ana', 'nobody'])('for %s is refused after three times in ten minutes, from wherever', async (person) => {
    const { ask, clock } = await serve();
    for (const from of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) expect((await ask(person, from)).statusCode).toBe(200);
    const refused = await ask(person, '127.0.0.4');
    expect([refused.statusCode, refused.json().error.code]).toEqual([429, 'too-many-codes']);
    expect((await ask('ben', '127.0.0.4')).statusCode).toBe(200);
    await clock.advance(600_000);
    expect((await ask(person)).statusCode).toBe(200);
  });

  test('from one address is refused after ten names', async () => {
    const { ask } = await serve();
    for (let count = 0; count < 10; count++) expect((await ask(`name-${count}`)).statusCode).toBe(200);
    expect([(await ask('ana')).statusCode, (await ask('ana', '127.0.0.9')).statusCode]).toEqual([429, 200]);
  });

  test('without a chat says what else to do', async () => {
    const { ask } = await serve({ chat: false });
    expect((await ask('ana')).json().error).toMatchObject({ code: 'no-channel', command: 'lifeboat login-code NAME web' });
  });
});
