import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTeams, type Teams } from '../../src/drivers/channel/teams/teams.js';
import { FakeClock } from '../chatops/fakes.js';
import { ana, createActivities, startConnector, type FakeConnector } from './teams-support/connector.js';
import { appId, appPassword, startIssuer, tenantId, type Issuer } from './teams-support/issuer.js';

/** Every run draws others; more of them, through the whole product, in npm run fuzz. */
const payloads = 1_000;

let issuer: Issuer;
let connector: FakeConnector;
let teams: Teams;
let door: Server;
let heard: { readonly identity: string }[];
let post: (body: string, token: string) => Promise<number>;

beforeAll(async () => {
  [issuer, connector] = await Promise.all([startIssuer(), startConnector()]);
  heard = [];
  const take = async (from: { readonly identity: string }) => { heard.push(from); return { card: null, status: 0 }; };
  teams = await createTeams({
    env: { appId, appPassword, tenantId, tokenIssuer: issuer.url, openIdMetadataUrl: issuer.metadataUrl, loginUrl: issuer.url, serviceHosts: ['127.0.0.1'] }, clock: new FakeClock(Date.now()),
    handler: { command: take, action: take }, conversation: { personal: async () => null, mayPlace: async () => ({ may: false, card: { heading: '', body: '', text: '', actions: [], tone: 'info' } }) },
    store: { get: async () => undefined, set: async () => undefined, delete: async () => false }, log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  door = createServer((request, response) => teams.requestListener(request, response));
  await new Promise<void>((resolve) => { door.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${(door.address() as AddressInfo).port}/api/messages`;
  post = async (body, token) => (await fetch(url, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } })).status;
});
afterAll(async () => {
  await teams.stop();
  await new Promise<void>((resolve) => { door.close(() => resolve()); door.closeAllConnections(); });
  await connector.close();
  await issuer.close();
});

test('whatever comes without a token: refused, nothing heard, nothing sent', async () => {
  await fc.assert(fc.asyncProperty(fc.oneof(fc.json(), fc.string(), fc.jsonValue().map((value) => JSON.stringify({ type: 'message', ...(typeof value === 'object' ? value : {}) }))), fc.string(), async (body, token) => {
    expect(await post(body, encodeURIComponent(token))).toBeGreaterThanOrEqual(400);
  }), { numRuns: payloads });
  expect([heard, connector.calls]).toEqual([[], []]);
}, 300_000);

/** Activities as Teams sends them, of which one part, somewhere, is anything. */
const bent = (activities: ReturnType<typeof createActivities>) => fc.tuple(fc.constantFrom<object>(activities.says(ana, 'help'), activities.presses(ana, 'b1'), activities.looks(ana, 'b1'), activities.installs(ana), activities.removedFromChannel(ana)), fc.jsonValue(), fc.nat()).map(([activity, value, at]) => {
  const copy = structuredClone(activity) as Record<string, any>;
  const places = (node: Record<string, any>): [Record<string, any>, string][] => Object.entries(node).flatMap(([name, each]) => [[node, name] as [Record<string, any>, string], ...(typeof each === 'object' && each !== null ? places(each as Record<string, any>) : [])]);
  const all = places(copy);
  const [node, name] = all[at % all.length]!;
  node[name] = value;
  return copy;
});

test('whatever Teams itself sends: answered, and only people of the tenant are heard', async () => {
  const token = await issuer.token({ serviceurl: connector.url });
  await fc.assert(fc.asyncProperty(bent(createActivities(connector.url, tenantId)), async (activity) => {
    expect([200, 400, 401, 403, 501]).toContain(await post(JSON.stringify(activity), token));
  }), { numRuns: payloads });
  expect(heard.length).toBeGreaterThan(0);
  for (const { identity } of heard) expect(identity).toMatch(new RegExp(`^${tenantId}/[0-9A-Za-z-]{1,64}$`));
}, 300_000);
