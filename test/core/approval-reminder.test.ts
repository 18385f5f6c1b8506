import { describe, expect, test } from '@jest/globals';
import { reminderDue } from '../../src/core/approval-reminder.js';
import type { JournalEvent } from '../../src/core/event.js';
import { momentIn } from '../../src/core/moment.js';
import { aPerson, aPlan, approved, aRoster, aRun, minute, noon } from './support.js';

const people = [aPerson('ana'), aPerson('ben'), aPerson('chris'), aPerson('olga', ['operator']), aPerson('erik', ['operator'], ['cluster02'])];
const plan = aPlan({ gate: { ...aPlan().gate, people: 3, backups: ['olga', 'erik', 'ben'] } });
const due = (afterMinutes: number, events: readonly JournalEvent[] = []) => reminderDue(aRun(events, plan), aRoster(people, noon + afterMinutes * minute));
const reminded = (which: 1 | 2): JournalEvent => ({ type: 'approval.reminded', run: 'R-1', epoch: 1, which, to: ['ben'] });

describe('reminders of an approval that has 30 minutes', () => {
  test.each<[string, number, readonly JournalEvent[], unknown]>([
    ['none before a third of it is over', 9, [], null],
    ['the first after a third, to those whose approval is missing', 10, [], { which: 1, to: ['ben', 'chris'], escalateTo: [] }],
    ['not to whoever has approved', 10, [approved('ben')], { which: 1, to: ['chris'], escalateTo: [] }],
    ['no second time', 15, [reminded(1)], null],
    ['the second after two thirds; backups who could not decide before come in, where they see the tenant', 20, [reminded(1)], { which: 2, to: ['ben', 'chris'], escalateTo: ['olga'] }],
    ['only the second where the first was slept through', 25, [], { which: 2, to: ['ben', 'chris'], escalateTo: ['olga'] }],
    ['none after the second', 25, [reminded(2)], null],
    ['none when it is over', 30, [], null],
    ['none when it is decided', 20, [{ type: 'plan.rejected', run: 'R-1', by: 'ben', reason: null }], null],
  ])('%s', (_title, after, events, expected) => expect(due(after, events)).toEqual(expected));
  test('a plan that changed starts anew', () => {
    const revised: JournalEvent = { type: 'plan.revised', plan: { ...plan, epoch: 2, createdAt: noon + 20 * minute }, expiresAt: noon + 50 * minute, changes: [], voided: [] };
    expect(due(25, [reminded(1), revised])).toBeNull();
    expect(due(31, [reminded(1), revised])).toMatchObject({ which: 1 });
  });
});

describe('a moment as people write it', () => {
  test.each<[string, string, string | null]>([
    ['2026-12-01T08:00', 'UTC', '2026-12-01T08:00:00.000Z'], ['2026-12-01T08:00', 'Europe/Berlin', '2026-12-01T07:00:00.000Z'], ['2026-07-01T08:00', 'Europe/Berlin', '2026-07-01T06:00:00.000Z'],
    ['2026-12-01T08:00+01:00', 'Asia/Tokyo', '2026-12-01T07:00:00.000Z'], ['2026-12-01T08:00Z', 'Asia/Tokyo', '2026-12-01T08:00:00.000Z'],
    ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'], ['2026-10-25T04:00', 'Europe/Berlin', '2026-10-25T03:00:00.000Z'],
    ['2026-02-30T08:00', 'UTC', null], ['2026-12-01', 'UTC', null], ['tomorrow', 'UTC', null], ['2026-12-01T25:00', 'UTC', null], ['', 'UTC', null],
  ])('%s in %s is %s', (text, zone, expected) => {
    const at = momentIn(text, zone);
    expect(at === null ? null : new Date(at).toISOString()).toBe(expected);
  });
});
