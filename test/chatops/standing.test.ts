import { expect, test } from '@jest/globals';
import { standingWishes } from '../../src/chatops/actions.js';
import { wantedMessages } from '../../src/chatops/reconcile.js';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { standingView } from '../../src/chatops/views/standing.js';
import { storyView } from '../../src/chatops/views/story.js';
import type { JournalEntry, JournalEvent } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import type { StandingAuthority } from '../../src/core/standing-authority.js';
import { emptyState, fold, type State } from '../../src/core/state.js';
import { wantedForContacts } from '../../src/notify/contacts.js';
import { aPlan, anEstate, noon, templateDirectory } from './fixture.js';

const plan = aPlan({ requestedBy: lifeboat('monitor') });
const authority: StandingAuthority = {
  id: 'S-1', tenant: 'cluster01', operation: plan.operation, runbook: 'unplanned-move', conditions: { from: '02:00', until: '06:00', days: ['sat'], lostForMs: 300_000, lagMaxMs: 10_000 }, gate: plan.gate, bound: { runbook: 'v', estate: 'e' },
  expiresAt: noon + 7 * 86_400_000, reason: 'nobody is near <at night>', proposedBy: 'ana', digest: 'd',
};
const contact = (user: string, tenant: string | null) => ({ user, tenant, email: `${user}@mail.example`, phone: '+15550001001', notificationLevel: 'disable' as const });

function journal() {
  const state: State = emptyState();
  const entries: JournalEntry[] = [];
  const add = (...events: JournalEvent[]): JournalEntry => {
    for (const event of events) {
      const entry = { seq: entries.length + 1, stream: 'run' in event ? `run:${event.run}` : event.type === 'plan.proposed' ? `run:${event.plan.run}` : 'standing', streamSeq: entries.length + 1, tenant: 'cluster01', actor: lifeboat('monitor'), at: noon, event, digest: '', chain: '' };
      entries.push(entry);
      fold(state, entry);
    }
    return entries.at(-1)!;
  };
  add({ type: 'estate.imported', estate: { ...anEstate(), contacts: [contact('dora', 'cluster01'), contact('erik', 'cluster02'), contact('ana', null)] }, source: 'test', digest: '' }, { type: 'standing.proposed', authority });
  return { state, add, rows: (entry: JournalEntry) => wantedMessages([entry], state, ['slack', 'web', 'email']) };
}
const signed = (by: string, inForce: boolean): JournalEvent => ({ type: 'standing.signed', standing: 'S-1', by, surface: 'cli', inForce });
const render = (state: State, surface: 'slack' | 'cli' = 'cli') => createRender(loadTemplates(templateDirectory))(standingView(state.standing.get('S-1')!, state, { now: noon }), surface, { timeZone: 'UTC', now: noon });

test('a proposal and its coming into force are messages of their own, in the tenant\'s and the provider\'s channel', () => {
  const { add, rows } = journal();
  expect(rows(add(signed('ben', false))).map(({ key }) => key)).toEqual(['slack', 'web'].flatMap((surface) => ['cluster01', 'dr-desk'].map((channel) => `standing:S-1.asked/${surface}/${channel}`)));
  expect(rows(add(signed('cy', true))).filter(({ surface }) => surface === 'web').map(({ key, editable }) => [key, editable])).toEqual(['cluster01', 'dr-desk'].flatMap((channel) => ['asked', 'in-force'].map((part) => [`standing:S-1.${part}/web/${channel}`, true])));
});

test('the card says what Lifeboat would do, and how to sign it and take it back', () => {
  const { state, add } = journal();
  expect(render(state)).toMatchObject({ heading: '[STANDING AUTHORITY TO SIGN] customerA → service_provider · S-1' });
  const { body } = render(state);
  for (const words of ['If it is signed, Lifeboat moves without asking, once: unplanned move of customerA to service_provider (cluster01: HG_A), between 02:00 and 06:00 UTC on sat, once customerA has been lost for 5 m, with less than 10 s of lag.', 'Nobody has signed it yet; it takes 2.', 'approve S-1', 'revoke S-1']) expect(body).toContain(words);
  add(signed('ben', false), signed('cy', true));
  expect(render(state)).toMatchObject({ heading: '[STANDING AUTHORITY IN FORCE] customerA → service_provider · S-1', body: expect.stringContaining('Signed by Ben Okoye 14:02 UTC, Cy Young 14:02 UTC') });
  expect(render(state, 'slack').body).toContain('&lt;at night&gt;');
  add({ type: 'standing.revoked', standing: 'S-1', by: 'dee', reason: null });
  expect(render(state)).toMatchObject({ heading: '[STANDING AUTHORITY OVER] customerA → service_provider · S-1', body: expect.stringContaining('Over: revoked by dee. People are asked as ever.') });
});

test('one button takes it back, for as long as there is something to take back; signing it is typed', () => {
  const { state, add } = journal();
  expect(standingWishes(state.standing.get('S-1')!)).toMatchObject([{ verb: 'revoke', subject: 'S-1' }]);
  add({ type: 'standing.revoked', standing: 'S-1', by: 'dee', reason: null });
  expect(standingWishes(state.standing.get('S-1')!)).toEqual([]);
});

test('its use is told loudly: a message of its own in the channels, mail and SMS to every contact of the tenant and the provider, with the names of those who signed', () => {
  const { state, add, rows } = journal();
  const entry = add(signed('ben', false), signed('cy', true), { type: 'plan.proposed', plan, expiresAt: null }, { type: 'standing.used', standing: 'S-1', granted: 'R-12' }, { type: 'plan.granted', run: 'R-12', epoch: 1, digest: plan.digest, by: ['ben', 'cy'], under: 'S-1' });
  expect(rows(entry).filter(({ key, threadKey }) => key.startsWith('standing-used:') && threadKey === null)).toHaveLength(4);
  expect(wantedForContacts([entry], state).map(({ key }) => key)).toEqual(['dora', 'ana'].flatMap((user) => [`story:R-12/S-1/email/${user}@mail.example`, 'story:R-12/S-1/sms/+15550001001']));
  expect(storyView(entry, state.runs.get('R-12')!, state)).toMatchObject({ tone: 'critical', data: { line: 'LIFEBOAT GOES WITHOUT ASKING: unplanned move of customerA to service_provider, under S-1, signed by Ben Okoye at 21 Nov 14:02 UTC and Cy Young at 21 Nov 14:02 UTC.', next: [{ command: 'hold R-12' }, { command: 'query standing S-1' }] } });
});

test('where it was not used, the run\'s thread says why, and that people decide', () => {
  const { state, add, rows } = journal();
  const entry = add({ type: 'plan.proposed', plan, expiresAt: null }, { type: 'standing.declined', run: 'R-12', standing: 'S-1', why: 'nobody has read the replication lag of HG_A.' });
  expect(rows(entry).filter(({ key }) => key.startsWith('story:'))).toHaveLength(4);
  expect(storyView(entry, state.runs.get('R-12')!, state)!.data.line).toBe('S-1 was not used, so people decide: nobody has read the replication lag of HG_A.');
});
