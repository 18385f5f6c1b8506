import { expect, test } from '@jest/globals';
import { createUnsubscribes, digestViews } from '../../src/chatops/unsubscribe.js';
import { schemas } from '../../src/chatops/views/schemas.js';
import type { Card } from '../../src/ports/channel.js';
import { fakeButtons } from './fakes.js';

const card: Card = { heading: 'Digest', body: '', text: '', actions: [], tone: 'info' };
const row = (view: string, surface: 'email' | 'slack' = 'email', identity = 'ana@example.com') => ({ surface, target: { kind: 'person' as const, person: 'ana', identity }, subject: { view, id: 'D-1', seq: 1 } });

test('a digest by mail has a link of its own; one click ends digests for that address, and nothing else', async () => {
  const left = new Map<string, unknown>();
  const buttons = fakeButtons();
  const it = createUnsubscribes({ buttons, store: { get: async (key) => left.get(key), set: async (key, value) => left.set(key, value) }, address: () => 'https://dr.example' });
  const sent = (each: ReturnType<typeof row>): Promise<Card | null> => it.prepare(each, async () => card);
  const { unsubscribeUrl } = (await sent(row('digest')))!;
  const token = /^https:\/\/dr\.example\/unsubscribe\/(.+)$/.exec(unsubscribeUrl!)![1]!;
  expect([await it.known(token), await it.known('nobody'), left.size]).toEqual([true, false, 0]);
  const approve = await buttons.idFor({ verb: 'approve', subject: 'R-12', epoch: 1, attest: null });
  expect([await it.leave(approve), await it.leave(token)]).toEqual([false, true]);
  expect([await sent(row('digest')), (await sent(row('digest', 'email', 'ben@example.com')))?.heading, await sent(row('digest', 'slack')), await sent(row('approval-request')), await sent(row('notification'))]).toEqual([null, 'Digest', card, card, card]);
});

test('no view that somebody has to act on counts as a digest', () => {
  for (const view of ['approval-request', 'step-request', 'notification', 'incident', 'run', 'run-outcome', 'standing'] as const) expect([view in schemas, digestViews.has(view)]).toEqual([true, false]);
});
