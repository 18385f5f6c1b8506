import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buttonsIn, cardOf, startTeamsDesk, wordsOf, type TeamsDesk } from '../drivers/teams-support/desk.js';
import { ana as account, createActivities } from '../drivers/teams-support/connector.js';
import { tenantId } from '../drivers/teams-support/issuer.js';
import { describeWithPlayground } from '../drivers/teams-support/playground.js';
import { worldEffects } from '../support/lifeboat.js';
import { until } from '../support/poll.js';

/** The whole product behind botbuilder, with Microsoft's Playground as the client of two people and a token issuer of others: what a team does from Teams. */
describeWithPlayground('A planned move, asked for and approved in Teams', () => {
  let desk: TeamsDesk;
  const state = async (run: string): Promise<string> => (await desk.lifeboat.command(`query run ${run}`)).text;
  const inChannel = (words: RegExp) => ({ method, path, body }: TeamsDesk['relay']['sent'][number]): boolean => method === 'POST' && /^v3\/conversations\/19:cluster01@thread\.tacv2\/activities$/.test(path) && words.test(wordsOf({ body }));
  const toChat = (who: string, words: RegExp) => ({ path, body }: TeamsDesk['relay']['sent'][number]): boolean => path.startsWith(`v3/conversations/chat-${who}/activities`) && words.test(wordsOf({ body }));
  const conversation = '19:cluster01@thread.tacv2';

  beforeAll(async () => {
    desk = await startTeamsDesk();
    await until('the VMs are ready', async () => /6 out of 6/.test((await desk.lifeboat.command('query host_group HG_A')).text), 30_000);
  }, 120_000);
  afterAll(() => desk?.close(), 30_000);

  test('requests that Teams did not sign, for another app, with a forged return address or too large are refused; nothing is decided', async () => {
    const serviceUrl = `${desk.relay.url}/out/ana/`;
    const approve = createActivities(serviceUrl, tenantId).says({ ...account, aadObjectId: 'aad-ana' }, 'approve R-5');
    const send = async (body: object, token: string | null): Promise<number> => (await fetch(`${desk.lifeboat.address}/api/messages`, { method: 'POST', body: JSON.stringify(body), headers: token === null ? {} : { authorization: `Bearer ${token}` } })).status;
    const token = desk.issuer.token;
    expect(await send(approve, null)).toBe(401);
    expect(await send(approve, 'garbage')).toBe(401);
    expect(await send(approve, await token({ serviceurl: serviceUrl, aud: 'another-app' }))).toBe(401);
    expect(await send(approve, await token({ serviceurl: serviceUrl, iss: 'https://issuer.example' }))).toBe(401);
    expect(await send(approve, await token({ serviceurl: serviceUrl }, { foreignKey: true }))).toBe(401);
    expect(await send(approve, await token({ serviceurl: 'https://smba.trafficmanager.net/emea/' }))).toBe(401);
    expect(await send({ ...approve, serviceUrl: 'https://attacker.example/' }, await token({ serviceurl: 'https://attacker.example/' }))).toBe(403);
    expect(await send({ ...approve, text: 'x'.repeat(300_000) }, await token({ serviceurl: serviceUrl }))).toBe(413);
    expect(await send({ ...approve, conversation: { ...approve.conversation, tenantId: 'another-tenant' } }, await token({ serviceurl: serviceUrl }))).toBe(403);
    expect(desk.relay.sent).toEqual([]);
  });

  test('an account that nobody linked is told how to link, and nothing happens', async () => {
    await desk.ana.says('move site from=customerA to=service_provider');
    expect(wordsOf(await desk.sent('the refusal', toChat('ana', /does not know whose Teams account/)))).toMatch(/link CODE/);
    expect(await state('R-5')).toMatch(/no run|There is no/i);
  });

  test('nobody makes a team\'s conversation the channel of a tenant without rights on it', async () => {
    await desk.ana.saysInChannel('use this channel for cluster01');
    await desk.sent('the refusal', toChat('ana', /sends nothing here/));
    await desk.link();
    await desk.ana.saysInChannel('use this channel for cluster03');
    expect(wordsOf(await desk.sent('the refusal', toChat('ana', /No channel of yours/)))).toMatch(/dr-provider, cluster01/);
    await desk.ana.saysInChannel('use this channel for cluster01');
    await desk.sent('the word to all', ({ path, body }) => path.includes('cluster01@thread') && /for everyone in this conversation to read/.test(wordsOf({ body })));
    const read = await desk.lifeboat.as('ana');
    expect(JSON.stringify(await read('GET', '/api/journal'))).toMatch(/use this conversation for cluster01/);
  });

  test('the same activity again is one act', async () => {
    const serviceUrl = `${desk.relay.url}/out/ana/`;
    const activity = createActivities(serviceUrl, tenantId).says({ ...account, aadObjectId: 'aad-ana' }, 'query version', { conversation: { tenantId, id: 'chat-ana', conversationType: 'personal' } });
    const authorization = `Bearer ${await desk.issuer.token({ serviceurl: serviceUrl })}`;
    const send = async (body: object): Promise<number> => (await fetch(`${desk.lifeboat.address}/api/messages`, { method: 'POST', body: JSON.stringify(body), headers: { authorization } })).status;
    expect([await send(activity), await send(activity)]).toEqual([200, 200]);
    await send({ ...activity, id: 'f:another', text: 'query schedule' });
    await desk.sent('the answer to what came last', toChat('ana', /[Ss]chedule/));
    expect(desk.relay.sent.filter(toChat('ana', /[Vv]ersion:/))).toHaveLength(1);
  });

  test('the plan comes as one card with Review and Hold; those who may decide are named, and get Approve in a view of their own; who asked does not', async () => {
    await desk.ana.saysInChannel('move site from=customerA to=service_provider reason="moving the racks"');
    const root = await desk.sent('the card', inChannel(/R-5/));
    expect(wordsOf(root)).toMatch(/SIM/);
    expect(wordsOf(root)).toMatch(/moving the racks/);
    expect(buttonsIn(cardOf(root)).map(({ title }) => title)).toEqual(['Review', 'Hold']);
    expect(cardOf(root).refresh.userIds).toEqual(['user-ben']);
    const look = (who: string) => desk.ana.executes(who, { conversation: `${conversation};messageid=${root.id}`, message: root.id! }, 'personal', cardOf(root).refresh.action.data.id);
    const own = await look('ben').then((answer) => JSON.stringify(answer));
    expect(own).toMatch(/Approve/);
    expect(JSON.stringify(await look('ana'))).not.toMatch(/"Approve"/);
    expect(await state('R-5')).toMatch(/proposed/);
  });

  test('who asked is refused; the second person approves by Action.Execute, twice, and the move runs once; a late press says what was decided', async () => {
    await desk.ana.says('approve R-5');
    await desk.sent('the refusal', toChat('ana', /a second person must/));
    const ask = await desk.sent('the request', toChat('ben', /Approve R-5\?/));
    const approve = buttonsIn(cardOf(ask)).find(({ title }) => /Approve/.test(title))!;
    const at = { conversation: desk.ben.chat, message: ask.id! };
    expect(JSON.stringify(await desk.ben.executes('ben', at, 'press', approve.id))).toMatch(/R-5/);
    await desk.ben.executes('ben', at, 'press', approve.id);
    await until('the run is over', async () => /succeeded/.test(await state('R-5')), 60_000);
    expect(JSON.stringify(await desk.ben.executes('ben', at, 'press', approve.id))).toMatch(/R-5 was approved by ana and ben/);
    const starts = worldEffects(desk.varDirectory).filter(({ effect }) => effect.op === 'started');
    expect(starts).toHaveLength(6);
    expect(new Set(starts.map(({ effect }) => 'vm' in effect && effect.vm)).size).toBe(6);
  });

  test('the card in the channel ends up as the result, nobody is asked any more, and the story is in its thread', async () => {
    const root = desk.relay.sent.find(inChannel(/R-5/))!;
    const result = await desk.sent('the result', ({ method, path, body }) => method === 'PUT' && path.endsWith(`/${root.id}`) && /6 out of 6 VMs have been successfully moved/.test(wordsOf({ body })), 30_000);
    expect(cardOf(result).refresh).toBeUndefined();
    expect(buttonsIn(cardOf(result))).toEqual([]);
    const thread = `v3/conversations/${conversation};messageid=${root.id}/activities`;
    await until('the story', () => desk.relay.sent.filter(({ path }) => path === thread).length >= 2, 20_000);
    expect(desk.relay.sent.filter(({ path }) => path === thread).map(wordsOf).join('\n')).toMatch(/approved|Approved/);
    expect(desk.relay.sent.filter(inChannel(/R-5/))).toHaveLength(1);
  });

  test('after a restart cards and requests find their way, though nobody has spoken since', async () => {
    await desk.restart();
    await desk.lifeboat.command('discover site service_provider');
    await desk.lifeboat.command('verify site service_provider');
    await until('the VMs are ready', async () => /6 out of 6/.test((await desk.lifeboat.command('query host_group HG_A')).text), 30_000);
    const { run } = await desk.lifeboat.command('move site from=service_provider to=customerA', 'ana');
    expect(run).toMatch(/^R-\d+$/);
    await desk.sent('the card', inChannel(new RegExp(`${run}\\b`)));
    await desk.sent('the request', toChat('ben', new RegExp(`Approve ${run}\\?`)));
  }, 90_000);
});
