import { afterAll, beforeAll, expect, test, describe } from '@jest/globals';
import { signature } from '../../src/drivers/channel/sms/json.js';
import { closeGateways, startGateway } from '../support/gateway.js';
import { askedForMove, createVar, fastEstate, type Lifeboat, startLifeboat } from '../support/lifeboat.js';
import { until } from '../support/poll.js';

const secret = 'secret-of-the-gateway';
const ben = '+15550001002';
interface Posted { readonly headers: Readonly<Record<string, unknown>>; readonly raw: string; readonly body: { readonly id: string; readonly to: string; readonly text: string; readonly from?: string; readonly receipts?: string } }

/** A gateway as somebody would write it by docs/sms.md. Each message is refused once, as if it were busy. */
describe('An unplanned move, rejected by a text message through a gateway that speaks JSON', () => {
  const place = createVar('lifeboat-json-sms-');
  const posted: Posted[] = [];
  let lifeboat: Lifeboat;
  let run = '';
  const taken = (to: string, id = run): Posted | undefined => posted.filter(({ body }) => body.to === to && body.id.startsWith(`ask:${id}.1/`))[1];
  const ledger = async (status: string): Promise<string> => (await lifeboat.command(`query delivery status=${status} surface=sms`)).text;
  const state = async (): Promise<string> => (await lifeboat.command(`query run ${run}`)).text;
  /** What the gateway tells Lifeboat, at the address that the message named. */
  const tell = async (what: object, by = secret): Promise<{ status: number; json: unknown }> => {
    const body = JSON.stringify(what);
    const answer = await fetch(posted[0]!.body.receipts!, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-lifeboat-signature': signature(by, Math.floor(Date.now() / 1_000), body) } });
    return { status: answer.status, json: await answer.json() };
  };

  beforeAll(async () => {
    const { host } = await startGateway((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        const body = JSON.parse(raw) as Posted['body'];
        const first = !posted.some((each) => each.body.id === body.id);
        posted.push({ headers: request.headers, raw, body });
        response.writeHead(first ? 503 : 202).end();
      });
    });
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: { SMS_URL: `json+http://:${secret}@${host}/texts`, SMS_FROM: '12345', LIFEBOAT_ESTATE: fastEstate(place.folder, 5) } });
    run = await askedForMove(lifeboat);
  }, 120_000);
  afterAll(async () => {
    await lifeboat?.stop();
    await closeGateways();
    place.done();
  }, 60_000);

  test('the request arrives as JSON, signed, and is tried again under the same id', async () => {
    const { headers, raw, body } = await until('the text message', () => taken(ben), 60_000);
    expect(body).toEqual({ id: `ask:${run}.1/sms/${ben}`, to: ben, from: '12345', receipts: `${lifeboat.address}/sms/json`, text: expect.stringMatching(new RegExp(`DR ${run} UNPLANNED MOVE.* ([A-Z0-9]{4}) H hold, \\1 R reject`)) });
    expect(headers['idempotency-key']).toBe(body.id);
    const seconds = Number(/^t=(\d+),/.exec(String(headers['x-lifeboat-signature']))![1]);
    expect(headers['x-lifeboat-signature']).toBe(signature(secret, seconds, raw));
    expect(posted.filter((each) => each.body.id === body.id)).toHaveLength(2);
  }, 90_000);

  test('it is called delivered when the gateway says so, and not when somebody else does', async () => {
    const { id } = taken(ben)!.body;
    await until('the hand-over', async () => (await ledger('sent')).includes(id));
    expect((await tell({ kind: 'receipt', id, status: 'delivered' }, 'another-secret-of-somebody')).status).toBe(401);
    expect(await ledger('delivered')).not.toContain(id);
    expect((await tell({ kind: 'receipt', id, status: 'delivered' })).status).toBe(200);
    expect(await ledger('delivered')).toContain(id);
  }, 60_000);

  test('a reply rejects the plan, its answer goes back in the response; a forged one does nothing', async () => {
    const code = / ([A-Z0-9]{4}) H hold/.exec(taken(ben)!.body.text)![1]!;
    const reply = { kind: 'message', id: 'm-1', from: ben, text: `${code} R` };
    expect((await tell(reply, 'another-secret-of-somebody')).status).toBe(401);
    expect(await state()).toMatch(/State: +proposed/);
    expect(await tell(reply)).toEqual({ status: 200, json: { reply: expect.stringContaining(run) } });
    await until('the rejection', async () => /State: +rejected/.test(await state()));
    expect((await lifeboat.command(`why ${run}`)).text).toMatch(/ben/i);
  }, 60_000);

  test('a number that has opted out is told to the provider and used no more, until an operator clears it', async () => {
    const { id } = taken('+15550001003')!.body;
    await tell({ kind: 'receipt', id, status: 'opted-out', to: '+15550001003' });
    await until('the incident', async () => /chris cannot be reached by text message/.test((await lifeboat.command('query incident')).text));
    expect((await lifeboat.command('query opt_out')).text).toMatch(/Opted out: +chris/);
    expect((await lifeboat.command('delete opt_out chris reason="asked by phone"', 'ben')).text).toMatch(/Text messages go to chris again/);
    expect((await lifeboat.command('query person chris')).text).not.toMatch(/Text messages/);
    const next = await until('a second move', async () => (await lifeboat.command('move site from=customerA to=service_provider dr_type=unplanned reason="array is dead again"')).run, 60_000);
    await until('the text message to chris', () => taken('+15550001003', next), 60_000);
  }, 120_000);
});
