import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EventSource } from '../../src/core/estate.js';
import { estateStream } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createIngest } from '../../src/notify/ingest.js';
import { JournalError, type Journal } from '../../src/ports/journal.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { anEstate, createDeps, fakeClock, silentLogger } from './support.js';

const servers: WebServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });

const eventSources: EventSource[] = [
  { name: 'prometheus', kind: 'alertmanager', tenant: null, token: 'env:PROMETHEUS_TOKEN' },
  { name: 'theirs', kind: 'alertmanager', tenant: 'cluster01', token: 'env:THEIR_TOKEN' },
  { name: 'events', kind: 'cloudevents', tenant: null, token: 'env:CE_TOKEN' },
  { name: 'script', kind: 'json', tenant: null, signingSecret: 'env:SCRIPT_SECRET' },
  { name: 'unset', kind: 'json', tenant: null, token: 'env:NOT_SET' },
];
const secrets: Record<string, string> = { PROMETHEUS_TOKEN: 'prometheus-token-1', THEIR_TOKEN: 'their-token-1', CE_TOKEN: 'ce-token-1', SCRIPT_SECRET: `whsec_${Buffer.from('a signing secret').toString('base64')}` };

async function serve(wrap: (journal: Journal) => Journal = (journal) => journal) {
  const clock = fakeClock();
  const memory = createMemoryJournal({ clock, log: silentLogger() });
  const estate = anEstate({ simulated: false, clockRate: 1, eventSources });
  await memory.append({ entries: [{ stream: estateStream, tenant: null, actor: lifeboat('start'), event: { type: 'estate.imported', estate, source: 'demo.yaml', digest: 'digest' } }] });
  const journal = wrap(memory);
  const live = await createLiveState(journal);
  const refusals: string[] = [];
  const lines: unknown[] = [];
  const { deps } = createDeps({ live, journal, clock, ingest: createIngest({ journal, live, opened: () => undefined }), sources: { secret: (name) => secrets[name], refused: (why) => { refusals.push(why); } }, logger: silentLogger(lines) });
  const server = await createWebServer(deps);
  servers.push(server);
  const post = async (source: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await server.fastify.inject({ method: 'POST', url: `/api/sources/${source}`, payload: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });
    return { status: answer.statusCode, body: answer.json() };
  };
  const signed = (body: unknown, { id = 'msg_1', at = clock.now(), key = 'a signing secret' } = {}) => {
    const [text, stamp] = [JSON.stringify(body), String(Math.floor(at / 1_000))];
    return post('script', text, { 'webhook-id': id, 'webhook-timestamp': stamp, 'webhook-signature': `v1,AAAA v1,${createHmac('sha256', Buffer.from(key)).update(`${id}.${stamp}.${text}`).digest('base64')}` });
  };
  return { live, memory, clock, refusals, lines, post, signed, incidents: () => [...live.current.incidents.values()], events: () => live.current.events.map(({ event }) => event) };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const alert = (change: object = {}) => ({ status: 'firing', labels: { alertname: 'HOST_FAILURE', instance: 'pbrazos:9100', severity: 'page' }, annotations: { summary: 'pbrazos does not answer' }, startsAt: '2026-03-02T13:59:00.123Z', endsAt: '0001-01-01T00:00:00Z', generatorURL: 'http://prometheus.example/graph', fingerprint: 'f1a9', ...change });
const group = (...alerts: object[]) => ({ version: '4', groupKey: '{}:{}', truncatedAlerts: 0, status: 'firing', receiver: 'lifeboat', groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: 'http://alertmanager.example', alerts });

describe('Alertmanager', () => {
  test('an alert about a host of the estate opens one incident, however often its group is sent', async () => {
    const { post, incidents } = await serve();
    expect(await post('prometheus', group(alert()), bearer('prometheus-token-1'))).toEqual({ status: 200, body: { taken: 1, repeated: 0, refused: [] } });
    expect(await post('prometheus', group(alert()), bearer('prometheus-token-1'))).toEqual({ status: 200, body: { taken: 0, repeated: 1, refused: [] } });
    expect(incidents()).toEqual([expect.objectContaining({ key: 'HOST_FAILURE:pbrazos', tenant: 'cluster01', site: 'customerA', title: 'pbrazos does not answer', severity: 'critical', count: 1, openedAt: Date.UTC(2026, 2, 2, 13, 59, 0, 123) })]);
  });

  test('that it is resolved closes what it opened; the next occurrence is another incident', async () => {
    const { post, incidents } = await serve();
    const send = (change: object) => post('prometheus', group(alert(change)), bearer('prometheus-token-1'));
    await send({});
    await send({ status: 'resolved', endsAt: '2026-03-02T14:10:00Z' });
    expect(incidents()).toEqual([expect.objectContaining({ resolvedAt: expect.any(Number) })]);
    await send({});
    expect(incidents()).toHaveLength(1);
    await send({ startsAt: '2026-03-02T15:00:00Z' });
    expect(incidents()).toEqual([expect.objectContaining({ id: 'I-1' }), expect.objectContaining({ id: 'I-2', resolvedAt: null })]);
  });

  test('an alert that cannot be read is named with its reason, and the others are taken', async () => {
    const { post, incidents, refusals } = await serve();
    const sent = await post('prometheus', group(alert({ labels: { alertname: 'X' } }), alert(), alert({ startsAt: 'yesterday' })), bearer('prometheus-token-1'));
    expect(sent.status).toBe(200);
    expect(sent.body).toMatchObject({ taken: 1, repeated: 0, refused: [{ index: 0, why: 'it does not say what it is about: none of entity, vm, host, node, instance is there' }, { index: 2, why: expect.stringMatching(/^startsAt: /) }] });
    expect(incidents()).toHaveLength(1);
    expect(refusals).toEqual(['bad-item', 'bad-item']);
    expect((await post('prometheus', group(alert({ labels: {} })), bearer('prometheus-token-1'))).body.error.code).toBe('no-item-taken');
  });

  test('the source of a tenant neither joins, hides nor names what is another\'s', async () => {
    const { post, incidents } = await serve();
    const foreign = anEstate().tenants.find(({ name }) => name === 'cluster02')!.vms[0]!.name;
    await post('prometheus', group(alert({ labels: { alertname: 'DOWN', vm: foreign } })), bearer('prometheus-token-1'));
    await post('theirs', group(alert({ labels: { alertname: 'DOWN', vm: foreign }, fingerprint: 'f2' })), bearer('their-token-1'));
    expect(incidents()).toEqual([expect.objectContaining({ tenant: 'cluster02', key: `DOWN:${foreign}` }), expect.objectContaining({ tenant: 'cluster01', site: null, key: `DOWN:${foreign}@cluster01` })]);
    await post('theirs', group(alert({ status: 'resolved', labels: { alertname: 'DOWN', vm: foreign }, fingerprint: 'f2' })), bearer('their-token-1'));
    expect(incidents().map(({ resolvedAt }) => resolvedAt === null)).toEqual([true, false]);
  });

  test('a secret in a label or annotation goes no further', async () => {
    const { post, memory } = await serve();
    await post('prometheus', group(alert({ annotations: { summary: 'login failed: password=hunter2hunter2' }, labels: { alertname: 'LOGIN', host: 'pbrazos', url: 'postgres://u:topsecretpw@db/x' } })), bearer('prometheus-token-1'));
    expect(JSON.stringify(await memory.read({}))).not.toMatch(/hunter2|topsecretpw/);
  });
});

describe('CloudEvents', () => {
  const event = (change: object = {}) => ({ specversion: '1.0', id: 'e1', source: '/backup', type: 'BACKUP_FAILED', subject: 'pbrazos', time: '2026-03-02T13:00:00Z', severity: 'error', datacontenttype: 'application/json', data: { description: 'no space' }, ...change });
  const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8', ...bearer('ce-token-1') };
  const batch = { 'content-type': 'application/cloudevents-batch+json', ...bearer('ce-token-1') };

  test('the same event in all three forms is one', async () => {
    const { post, incidents } = await serve();
    expect((await post('events', event(), structured)).body).toEqual({ taken: 1, repeated: 0, refused: [] });
    expect((await post('events', [event(), event({ id: 'e2' })], batch)).body).toEqual({ taken: 1, repeated: 1, refused: [] });
    const binary = { ...bearer('ce-token-1'), 'ce-specversion': '1.0', 'ce-id': 'e1', 'ce-source': '/backup', 'ce-type': 'BACKUP_FAILED', 'ce-subject': 'pbrazos', 'ce-time': '2026-03-02T13:00:00Z', 'ce-severity': 'error' };
    expect((await post('events', { description: 'no space' }, binary)).body).toEqual({ taken: 0, repeated: 1, refused: [] });
    expect(incidents()).toEqual([expect.objectContaining({ key: 'BACKUP_FAILED:pbrazos', title: 'no space', severity: 'critical', tenant: 'cluster01', count: 2 })]);
  });

  test('status ends it; an event without subject or with another version is refused by name', async () => {
    const { post, incidents } = await serve();
    await post('events', event(), structured);
    await post('events', event({ id: 'e9', status: 'resolved' }), structured);
    expect(incidents()).toEqual([expect.objectContaining({ resolvedAt: expect.any(Number) })]);
    const { body } = await post('events', [event({ subject: undefined }), event({ specversion: '0.3' }), null, event({ id: 'e3' })], batch);
    expect(body).toMatchObject({ taken: 1, refused: [{ index: 0 }, { index: 1, why: expect.stringMatching(/specversion/) }, { index: 2 }] });
  });
});

describe('plain JSON, signed', () => {
  const item = (change: object = {}) => ({ id: 'job-7', name: 'BACKUP_FAILED', entity: 'pbrazos', severity: 'warning', description: 'exit 2', ...change });

  test('one, a list, and the same again', async () => {
    const { signed, incidents } = await serve();
    expect((await signed(item())).body).toEqual({ taken: 1, repeated: 0, refused: [] });
    expect((await signed([item(), item({ id: 'job-8' }), item({ id: undefined })], { id: 'msg_2' })).body).toEqual({ taken: 1, repeated: 1, refused: [{ index: 2, why: 'it needs an id or a time (at), so that it is known when it is sent again' }] });
    await signed([item({ status: 'resolved' }), item({ id: 'job-8', status: 'resolved' })], { id: 'msg_3' });
    expect(incidents()).toEqual([expect.objectContaining({ severity: 'warning', count: 4, resolvedAt: expect.any(Number) })]);
  });

  test('a wrong key, an old or future time, and the same request once more are refused', async () => {
    const { signed, clock, incidents, refusals } = await serve();
    const code = async (sent: ReturnType<typeof signed>) => { const { status, body } = await sent; return [status, body.error?.code]; };
    expect(await code(signed(item(), { key: 'another' }))).toEqual([401, 'not-a-source']);
    expect(await code(signed(item(), { at: clock.now() - 301_000 }))).toEqual([401, 'stale']);
    expect(await code(signed(item(), { at: clock.now() + 302_000 }))).toEqual([401, 'stale']);
    expect(incidents()).toEqual([]);
    expect(await code(signed(item()))).toEqual([200, undefined]);
    expect(await code(signed(item()))).toEqual([409, 'replayed']);
    // A retry after a lost answer is signed anew.
    expect((await signed(item(), { at: clock.now() + 2_000 })).body).toEqual({ taken: 0, repeated: 1, refused: [] });
    expect(incidents()).toHaveLength(1);
    expect(refusals).toEqual(['wrong-signature', 'stale', 'stale', 'replayed']);
  });
});

describe('nobody else gets in', () => {
  test.each<[string, string, Record<string, string>, string]>([
    ['no token', 'prometheus', {}, 'no-proof'], ['a wrong token', 'prometheus', bearer('prometheus-token-2'), 'wrong-token'], ['the token of another source', 'prometheus', bearer('ce-token-1'), 'wrong-token'],
    ['a source that is none', 'nobody', bearer('prometheus-token-1'), 'unknown-source'], ['a source whose variable is not set', 'unset', bearer('undefined'), 'not-set-up'], ['a signature without its parts', 'script', { 'webhook-id': 'x' }, 'no-proof'],
  ])('%s', async (_title, source, headers, why) => {
    const { post, refusals, incidents, lines } = await serve();
    const { status, body } = await post(source, group(alert()), headers);
    expect([status, body.error.code]).toEqual([401, 'not-a-source']);
    expect(refusals).toEqual([why]);
    expect(incidents()).toEqual([]);
    expect(JSON.stringify([body, lines])).not.toMatch(/prometheus-token|ce-token/);
  });

  test('too big, not JSON, another kind\'s body', async () => {
    const { post } = await serve();
    const proof = bearer('prometheus-token-1');
    expect((await post('prometheus', group(alert({ annotations: { summary: 'x'.repeat(4_300_000) } })), proof)).status).toBe(413);
    expect((await post('prometheus', '{"version":', proof)).body.error.what).toContain('it is not JSON');
    expect((await post('prometheus', { name: 'X' }, proof)).body.error.code).toBe('invalid-request');
  });

  test('a journal that cannot be written is a 503, and the same request is taken later', async () => {
    let away = true;
    const { post, incidents } = await serve((journal) => ({ ...journal, append: async (request) => { if (away) throw new JournalError('unavailable', 'The disk is full.'); return journal.append(request); } }));
    expect((await post('prometheus', group(alert()), bearer('prometheus-token-1'))).status).toBe(503);
    away = false;
    expect((await post('prometheus', group(alert()), bearer('prometheus-token-1'))).body).toEqual({ taken: 1, repeated: 0, refused: [] });
    expect(incidents()).toHaveLength(1);
  });

  test('whatever is sent is taken or refused in words, never an error of our own', async () => {
    const { post } = await serve();
    const doors = [['prometheus', 'prometheus-token-1', 'application/json'], ['events', 'ce-token-1', 'application/cloudevents+json'], ['events', 'ce-token-1', 'application/cloudevents-batch+json'], ['events', 'ce-token-1', 'text/plain']] as const;
    await fc.assert(fc.asyncProperty(fc.constantFrom(...doors), fc.oneof(fc.json(), fc.string(), fc.jsonValue().map((value) => JSON.stringify(group(alert({ labels: value })))), fc.dictionary(fc.string(), fc.string()).map((labels) => JSON.stringify(group(alert({ labels: { alertname: 'A', host: 'pbrazos', ...labels } }))))), async ([source, token, type], body) => {
      const { status, body: answer } = await post(source, body, { ...bearer(token), 'content-type': type });
      expect([200, 400, 422]).toContain(status);
      if (status !== 200) expect(answer.error.what.length).toBeGreaterThan(20);
    }), { numRuns: 300 });
  });
});
