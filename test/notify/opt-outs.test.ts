import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLiveState } from '../../src/journal/live-state.js';
import { createMemoryJournal } from '../../src/journal/memory.js';
import { createMemoryOutbox } from '../../src/journal/memory-outbox.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { createOptOuts, type OptOuts } from '../../src/notify/opt-outs.js';
import { createReceipts } from '../../src/notify/receipts.js';
import type { Journal } from '../../src/ports/journal.js';
import type { LiveState } from '../../src/ports/state.js';
import { anEstate } from '../chatops/fixture.js';
import { actor, createFakeClock, quiet } from '../contract/support.js';

const phone = '+15550001002';
const stops: (() => Promise<void>)[] = [];
afterEach(async () => { for (const stop of stops.splice(0).toReversed()) await stop(); });

describe('a phone that takes no more messages', () => {
  const clock = createFakeClock();
  let journal: Journal;
  let live: LiveState;
  let optOuts: OptOuts;
  const again = async (): Promise<void> => {
    const state = await createLiveState(journal);
    stops.push(() => state.stop());
    live = state;
    optOuts = createOptOuts({ incidents: createIncidents({ journal, live }), live, clock });
  };
  const incidents = () => [...live.current.incidents.values()].map(({ title, severity, tenant, resolvedAt }) => [title, severity, tenant, resolvedAt === null]);
  beforeEach(async () => {
    journal = createMemoryJournal({ clock, log: quiet });
    const estate = anEstate();
    await journal.append({ entries: [{ stream: 'estate', tenant: null, actor, event: { type: 'estate.imported', estate: { ...estate, people: estate.people.map((person) => (person.name === 'ben' ? { ...person, phone } : person)) }, source: 'test', digest: 'd' } }] });
    await again();
  });

  test('is told to the provider once, without its number, and is known after a restart', async () => {
    for (const how of ['that phone sent STOP', 'the carrier says that the phone sent STOP']) await optOuts.out('sms', phone, how);
    expect(incidents()).toEqual([['ben cannot be reached by text message: that phone sent STOP. It is used again once that phone sends START to our number.', 'warning', null, true]]);
    await again();
    expect([optOuts.because('sms', phone), optOuts.because('email', phone), optOuts.because('sms', '+15550001003')]).toEqual([expect.stringContaining('sent STOP'), null, null]);
  });
  test('is used again after START; START of a phone that never left changes nothing', async () => {
    await optOuts.back('sms', phone, 'that phone sent START');
    await optOuts.out('sms', phone, 'that phone sent STOP');
    await optOuts.back('sms', phone, 'that phone sent START');
    expect([optOuts.because('sms', phone), incidents().map(([, , , open]) => open)]).toEqual([null, [false]]);
  });
  test('that nobody of the estate has is nobody\'s business', async () => {
    await optOuts.out('sms', '+19998887777', 'that phone sent STOP');
    expect(incidents()).toEqual([]);
  });
  test('a receipt that says so counts, and the message is a dead letter', async () => {
    const outbox = createMemoryOutbox(clock);
    await outbox.want([{ key: 'a', surface: 'sms', target: { kind: 'person', person: 'ben', identity: phone }, threadKey: null, subject: { view: 'notification', id: 'I-3', seq: 1 }, tenant: null, wanted: 1, editable: false }], { consumer: 'c', from: 0, to: 1 });
    await outbox.sent('a', 1, { surface: 'sms', conversation: phone, message: 'SM1' }, 0, true);
    const told: object[] = [];
    const receipt = createReceipts({ outbox, optOuts, redact: (text) => text.replace('hunter2', '[redacted]'), log: (_message, detail) => { told.push(detail); } });
    const failed = { surface: 'sms', of: { message: 'SM1' }, became: 'failed', why: 'error 21610 hunter2' } as const;
    await receipt(failed, phone);
    await receipt(failed, phone);
    await receipt({ ...failed, of: { message: 'SM2' } }, null);
    expect((await outbox.list({}))[0]).toMatchObject({ status: 'failed', lastError: 'error 21610 [redacted]' });
    expect([told, incidents().length]).toEqual([[{ surface: 'sms', message: 'SM1', why: 'error 21610 [redacted]' }], 1]);
  });
});
