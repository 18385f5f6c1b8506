import { describe, expect, test } from '@jest/globals';
import type { Severity } from '../../src/core/dr-event.js';
import type { Contact, NotificationLevel, SystemAttributes } from '../../src/core/estate.js';
import { incidentStream, runStream } from '../../src/core/event.js';
import { wantedForContacts } from '../../src/notify/contacts.js';
import { levelSends } from '../../src/notify/levels.js';
import { aPlan, anEstate, anIncident, createWorld } from '../web/support.js';
import { anEvent } from './support.js';

describe('the level of a contact (KSYS: low, medium, high, disable)', () => {
  const severities: readonly Severity[] = ['critical', 'warning', 'info'];
  test.each<[NotificationLevel, readonly boolean[]]>([
    ['low', [true, false, false]],
    ['medium', [true, true, false]],
    ['high', [true, true, true]],
    ['disable', [false, false, false]],
  ])('%s: critical, warning, info -> %j', (level, sends) => { expect(severities.map((severity) => levelSends(level, severity, false))).toEqual(sends); });

  test.each<NotificationLevel>(['low', 'medium', 'high', 'disable'])('%s hears of site events whatever they weigh', (level) => {
    for (const severity of severities) expect(levelSends(level, severity, true)).toBe(true);
  });
});

const contact = (user: string, tenant: string | null, notificationLevel: NotificationLevel, phone: string | null = null, email: string | null = `${user}@mail.example`): Contact => ({ user, tenant, email, phone, notificationLevel });
const contacts = [contact('ana', null, 'medium', '+15550001001'), contact('ben', null, 'low'), contact('dora', 'cluster01', 'low'), contact('erik', 'cluster02', 'low'), contact('quiet', 'cluster01', 'disable'), contact('pager', 'cluster01', 'low', '+15550001009', null)];

function worldWith() {
  const world = createWorld();
  world.importEstate(anEstate({ contacts }));
  return world;
}
const wishes = (world: ReturnType<typeof worldWith>, last = 1) => wantedForContacts(world.entries.slice(-last), world.live.current).map(({ key, tenant }) => ({ key, tenant }));

describe('who gets mail and SMS', () => {
  test('an incident goes to the tenant\'s contacts and the provider\'s, by each address they have', () => {
    const world = worldWith();
    world.open(anIncident('I-1', 'cluster01', 'pbrazos', 'customerA'));
    expect(wishes(world).map(({ key }) => key)).toEqual([
      'notification:I-1/email/ana@mail.example', 'notification:I-1/sms/+15550001001', 'notification:I-1/email/ben@mail.example', 'notification:I-1/email/dora@mail.example', 'notification:I-1/sms/+15550001009',
    ]);
  });

  test('another tenant\'s contacts never hear of it, and rows belong to the contact\'s tenant', () => {
    const world = worldWith();
    world.open(anIncident('I-1', 'cluster02', 'raichu', 'customerB'));
    expect(wishes(world)).toEqual([
      { key: 'notification:I-1/email/ana@mail.example', tenant: null }, { key: 'notification:I-1/sms/+15550001001', tenant: null },
      { key: 'notification:I-1/email/ben@mail.example', tenant: null }, { key: 'notification:I-1/email/erik@mail.example', tenant: 'cluster02' },
    ]);
  });

  test('what belongs to the shared site goes to the provider alone', () => {
    const world = worldWith();
    world.open(anIncident('I-1', null, 'snorlax', 'service_provider'));
    expect(wishes(world).map(({ key }) => key)).toEqual(['notification:I-1/email/ana@mail.example', 'notification:I-1/sms/+15550001001', 'notification:I-1/email/ben@mail.example']);
  });

  test('a warning reaches medium and high only', () => {
    const world = worldWith();
    world.open({ ...anIncident('I-1', 'cluster01', 'pbrazos', 'customerA'), severity: 'warning' });
    expect(wishes(world).map(({ key }) => key)).toEqual(['notification:I-1/email/ana@mail.example', 'notification:I-1/sms/+15550001001']);
  });

  test('a site event reaches those, too, who want nothing else', () => {
    const world = worldWith();
    world.open({ ...anIncident('I-1', 'cluster01', 'customerA', 'customerA'), severity: 'info', events: [anEvent({ name: 'SITE_UNREACHABLE', entityClass: 'site', entity: 'customerA' })] });
    expect(wishes(world).map(({ key }) => key)).toContain('notification:I-1/email/quiet@mail.example');
  });

  test('what another incident explains sends nothing of its own, neither at its start nor at its end', () => {
    const world = worldWith();
    world.open(anIncident('I-1', 'cluster01', 'vmhmc1', 'customerA'));
    world.open({ ...anIncident('I-2', 'cluster01', 'pbrazos', 'customerA'), causedBy: 'I-1' });
    world.append(incidentStream, 'cluster01', { type: 'incident.resolved', incident: 'I-2', evidence: [] });
    expect(wishes(world, 2)).toEqual([]);
  });

  test('the end of an incident is mailed, not texted, and only to whom its start was told', () => {
    const world = worldWith();
    world.open({ ...anIncident('I-1', 'cluster01', 'pbrazos', 'customerA'), severity: 'warning' });
    world.append(incidentStream, 'cluster01', { type: 'incident.resolved', incident: 'I-1', evidence: [] });
    expect(wishes(world).map(({ key }) => key)).toEqual(['notification:I-1:resolved/email/ana@mail.example']);
  });

  test('the outcome of a gated run is mailed; of a discovery it is not', () => {
    const world = worldWith();
    world.propose(aPlan('R-1', 'cluster01', ['billing']));
    world.append(runStream('R-1'), 'cluster01', { type: 'run.finished', run: 'R-1', outcome: 'succeeded', tally: '1 out of 1', exceptions: [], vms: [] });
    expect(wishes(world).map(({ key }) => key)).toEqual(['ana', 'ben', 'dora'].map((name) => `run-outcome:R-1/email/${name}@mail.example`));
    const open = aPlan('R-2', 'cluster01', ['billing']);
    world.propose({ ...open, gate: { ...open.gate, people: 0 } });
    world.append(runStream('R-2'), 'cluster01', { type: 'run.finished', run: 'R-2', outcome: 'succeeded', tally: '1 out of 1', exceptions: [], vms: [] });
    expect(wishes(world)).toEqual([]);
  });

  describe('modify system', () => {
    const { notificationLevel: _none, ...plain } = contact('dora', 'cluster01', 'low');
    const world = (system: SystemAttributes) => {
      const made = createWorld();
      made.importEstate(anEstate({ contacts: [plain, contact('erik', 'cluster02', 'low')], tenants: anEstate().tenants.map((tenant) => (tenant.name === 'cluster01' ? { ...tenant, system } : tenant)) }));
      return made;
    };

    test.each<[NotificationLevel, number]>([['low', 0], ['medium', 1], ['high', 1], ['disable', 0]])('notification_level=%s is the level of contacts that have none: a warning is %i mail', (notificationLevel, mails) => {
      const made = world({ notificationLevel });
      made.open({ ...anIncident('I-1', 'cluster01', 'pbrazos', 'customerA'), severity: 'warning' });
      expect(wishes(made)).toHaveLength(mails);
    });

    test.each([['yes', true, 0], ['no', false, 1]] as const)('dup_event_processing=%s: a repeated event is %s filtered', (_word, dupEventProcessing, mails) => {
      const made = world({ dupEventProcessing });
      const incident = anIncident('I-1', 'cluster01', 'pbrazos', 'customerA');
      made.open(incident);
      const event = anEvent({ tenant: 'cluster01', entity: 'pbrazos', occurredAt: incident.openedAt });
      made.append(incidentStream, 'cluster01', { type: 'event.raised', event, incident: 'I-1' });
      expect(wishes(made)).toEqual([]);
      made.append(incidentStream, 'cluster01', { type: 'event.raised', event: { ...event, occurredAt: incident.openedAt + 60_000 }, incident: 'I-1' });
      expect(wishes(made)).toHaveLength(mails);
    });
  });

  test('the same entry makes the same wishes again: repeating it adds nothing', () => {
    const world = worldWith();
    world.open(anIncident('I-1', 'cluster01', 'pbrazos', 'customerA'));
    expect(wishes(world)).toEqual(wishes(world));
  });
});
