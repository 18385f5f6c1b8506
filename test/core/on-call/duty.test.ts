import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { onDutyAt, shiftsAhead, type DutyQuestion, type OnCallSchedule, type Override } from '../../../src/core/on-call/duty.js';
import { momentIn } from '../../../src/core/moment.js';

const weekly: OnCallSchedule = { name: 'dr', tenants: 'all', timeZone: 'Europe/Berlin', source: { kind: 'rotation', people: ['ana', 'ben', 'chris'], from: '2026-03-02', handover: '09:00', shiftDays: 7 } };
const berlin = (text: string): number => momentIn(text, 'Europe/Berlin')!;
const ask = (change: Partial<DutyQuestion> = {}): DutyQuestion => ({ schedule: weekly, estateZone: 'UTC', overrides: [], calendar: [], ...change });
const override = (id: string, person: string, from: string, until: string): Override => ({ id, schedule: 'dr', person, from: berlin(from), until: berlin(until), by: 'ana', reason: null });

describe('a rotation', () => {
  test.each([
    ['2026-03-02T08:59', null], ['2026-03-02T09:00', 'ana'], ['2026-03-09T08:59', 'ana'], ['2026-03-09T09:00', 'ben'], ['2026-03-16T09:00', 'chris'], ['2026-03-23T09:00', 'ana'],
    // Summer time begins on the 29th: the handover stays at nine by the clock.
    ['2026-03-30T08:59', 'ana'], ['2026-03-30T09:00', 'ben'],
  ])('at %s: %s', (at, person) => { expect(onDutyAt(ask(), berlin(at))?.person ?? null).toBe(person); });

  test('a week with a change of clocks is an hour shorter, and its bounds say so', () => {
    const duty = onDutyAt(ask(), berlin('2026-03-25T12:00'))!;
    expect([duty.from, duty.until]).toEqual([berlin('2026-03-23T09:00'), berlin('2026-03-30T09:00')]);
    expect((duty.until - duty.from) / 3_600_000).toBe(7 * 24 - 1);
  });
});

describe('an override', () => {
  test('is called instead, for its time alone', () => {
    const question = ask({ overrides: [override('O-1', 'chris', '2026-03-03T22:00', '2026-03-04T06:00')] });
    expect(['2026-03-03T21:59', '2026-03-03T22:00', '2026-03-04T05:59', '2026-03-04T06:00'].map((at) => onDutyAt(question, berlin(at))!.person)).toEqual(['ana', 'chris', 'chris', 'ana']);
    expect(onDutyAt(question, berlin('2026-03-03T23:00'))).toMatchObject({ because: 'override', override: 'O-1', until: berlin('2026-03-04T06:00') });
    expect(onDutyAt(question, berlin('2026-03-03T12:00'))!.until).toBe(berlin('2026-03-03T22:00'));
  });
  test('the newest of two wins', () => {
    const question = ask({ overrides: [override('O-1', 'chris', '2026-03-03T00:00', '2026-03-05T00:00'), override('O-2', 'ben', '2026-03-04T00:00', '2026-03-04T12:00')] });
    expect(['2026-03-03T12:00', '2026-03-04T06:00', '2026-03-04T18:00'].map((at) => onDutyAt(question, berlin(at))!.person)).toEqual(['chris', 'ben', 'chris']);
  });
  test('of another schedule counts for nothing', () => {
    expect(onDutyAt(ask({ overrides: [{ ...override('O-1', 'chris', '2026-03-03T00:00', '2026-03-05T00:00'), schedule: 'other' }] }), berlin('2026-03-04T00:00'))!.person).toBe('ana');
  });
});

test('a calendar says who it is, and nobody between its shifts', () => {
  const schedule: OnCallSchedule = { name: 'dr', tenants: 'all', source: { kind: 'calendar', url: 'https://calendar.example/dr.ics' } };
  const calendar = [{ person: 'ana', from: 0, until: 100 }, { person: 'ben', from: 150, until: 200 }];
  const question = ask({ schedule, calendar });
  expect([0, 99, 100, 150, 200].map((at) => onDutyAt(question, at)?.person ?? null)).toEqual(['ana', 'ana', null, 'ben', null]);
  expect(shiftsAhead(question, 0, 300, 9).map(({ person, from, until }) => [person, from, until])).toEqual([['ana', 0, 100], ['ben', 150, 200]]);
});

test('what lies ahead joins without gaps, and agrees with who is on call at each moment', () => {
  const start = berlin('2026-03-02T09:00');
  const hour = 3_600_000;
  fc.assert(fc.property(fc.array(fc.record({ person: fc.constantFrom('ana', 'ben', 'chris'), at: fc.integer({ min: 0, max: 600 }), long: fc.integer({ min: 1, max: 100 }) }), { maxLength: 6 }), (made) => {
    const overrides = made.map(({ person, at, long }, index): Override => ({ id: `O-${index}`, schedule: 'dr', person, from: start + at * hour, until: start + (at + long) * hour, by: 'ana', reason: null }));
    const question = ask({ overrides });
    const ahead = shiftsAhead(question, start, start + 700 * hour, 500);
    for (let index = 1; index < ahead.length; index++) expect(ahead[index]!.from).toBe(ahead[index - 1]!.until);
    for (let at = start; at < start + 700 * hour; at += 3 * hour) expect(ahead.find((each) => each.from <= at && at < each.until)?.person).toBe(onDutyAt(question, at)!.person);
  }), { numRuns: 25 });
});
