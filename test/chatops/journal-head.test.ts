import { expect, test } from '@jest/globals';
import { wantedMessages } from '../../src/chatops/reconcile.js';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { journalHeadView } from '../../src/chatops/views/journal-head.js';
import { emptyState } from '../../src/core/state.js';
import type { JournalEntry } from '../../src/core/event.js';
import { anEstate, noon, templateDirectory } from './fixture.js';

const chain = '9f3c'.repeat(16);
const entry: JournalEntry = { seq: 1235, stream: 'journal', streamSeq: 1, tenant: null, actor: { kind: 'lifeboat', door: 'schedule' }, at: noon, event: { type: 'journal.head-posted', day: '2026-11-22', seq: 1234, chain }, digest: '', chain: '' };

test('the head of a day goes to the provider\'s channel on each chat surface, once, and to no tenant', () => {
  const state = { ...emptyState(), estate: anEstate() };
  const rows = wantedMessages([entry], state, ['slack', 'web', 'email']);
  expect(rows.map(({ key, target, tenant, editable }) => [key, target, tenant, editable])).toEqual(['slack', 'web'].map((surface) => [`journal-head:2026-11-22/${surface}/${state.estate.provider.channel}`, { kind: 'channel', channel: state.estate.provider.channel }, null, false]));
});

test.each(['slack', 'web', 'cli'] as const)('on %s it has the whole command that proves it', (surface) => {
  const { heading, body } = createRender(loadTemplates(templateDirectory))(journalHeadView(entry)!, surface, { timeZone: 'UTC', now: noon });
  expect(heading).toBe('Journal head of 2026-11-22');
  expect(body).toContain(`lifeboat journal verify head=1234:${chain}`);
});
