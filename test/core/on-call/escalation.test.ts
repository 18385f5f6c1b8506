import { describe, expect, test } from '@jest/globals';
import { nextStepAt, peopleOf, policyFor, type Escalation, type EscalationPolicy } from '../../../src/core/on-call/escalation.js';
import { quietUntil } from '../../../src/core/quiet-hours.js';
import { surfacesFor } from '../../../src/core/routes.js';
import { lastTime } from '../../../src/core/last-time.js';
import { momentIn } from '../../../src/core/moment.js';

const minute = 60_000;
const policy = (name: string, change: Partial<EscalationPolicy> = {}): EscalationPolicy => ({ name, tenants: 'all', severities: ['critical'], steps: [{ afterMs: 0, to: ['on_call:dr'] }, { afterMs: 10 * minute, to: ['ana', 'on_call:dr'] }], repeat: 1, ...change });
const chain = (change: Partial<Escalation> = {}): Escalation => ({ policy: 'p', steps: policy('p').steps, repeat: 1, startedAt: 0, taken: 0, lastAt: null, paged: [], unreached: [], hurry: false, ...change });
const open = { openedAt: 0, resolvedAt: null };

describe('which policy', () => {
  const all = [policy('everybody'), policy('gold', { tenants: ['cluster01'] }), policy('warnings', { severities: ['warning'] })];
  test.each([
    ['cluster01', 'critical', 'gold'], ['cluster02', 'critical', 'everybody'], [null, 'critical', 'everybody'], ['cluster01', 'warning', 'warnings'], ['cluster01', 'info', undefined],
  ] as const)('%s %s: %s', (tenant, severity, name) => { expect(policyFor(all, { tenant, severity })?.name).toBe(name); });
});

describe('when the next step is due', () => {
  test.each([
    ['the first at once', chain(), open, 0],
    ['the second after its time', chain({ taken: 1, lastAt: 5 * minute }), open, 15 * minute],
    ['the chain anew', chain({ taken: 2, lastAt: 20 * minute }), open, 20 * minute],
    ['never after the last round', chain({ taken: 4, lastAt: 20 * minute }), open, null],
    ['never when it is over', chain(), { ...open, resolvedAt: 5 }, null],
    ['never while somebody looks after it', chain({ taken: 1, lastAt: 0 }), { ...open, acknowledged: { by: 'ana', at: 1, until: null } }, null],
    ['not before the acknowledgement runs out', chain({ taken: 1, lastAt: 0 }), { ...open, acknowledged: { by: 'ana', at: 1, until: 100 * minute } }, null],
    ['at once where nobody was reached', chain({ taken: 1, lastAt: 5 * minute, hurry: true }), open, 5 * minute],
  ])('%s', (_name, escalation, incident, at) => { expect(nextStepAt(escalation, incident, 30 * minute)).toBe(at); });
  test('an acknowledgement that ran out lets it go on at once', () => {
    expect(nextStepAt(chain({ taken: 1, lastAt: 0 }), { ...open, acknowledged: { by: 'ana', at: 1, until: 60 * minute } }, 61 * minute)).toBe(60 * minute);
  });
});

test('nobody is called twice by one step, and an empty duty calls nobody', () => {
  expect(peopleOf({ afterMs: 0, to: ['ana', 'on_call:dr'] }, () => 'ana')).toEqual(['ana']);
  expect(peopleOf({ afterMs: 0, to: ['on_call:dr'] }, () => null)).toEqual([]);
});

describe('quiet hours', () => {
  const at = (text: string): number => momentIn(text, 'Europe/Berlin')!;
  test.each([
    ['21:59', null], ['22:00', '2026-11-29T07:00'], ['23:59', '2026-11-29T07:00'],
  ])('over night, at %s', (time, until) => { expect(quietUntil({ from: '22:00', to: '07:00' }, 'Europe/Berlin', at(`2026-11-28T${time}`))).toBe(until === null ? null : at(until)); });
  test.each([['00:00', '2026-11-28T07:00'], ['06:59', '2026-11-28T07:00'], ['07:00', null]])('in the morning, at %s', (time, until) => { expect(quietUntil({ from: '22:00', to: '07:00' }, 'Europe/Berlin', at(`2026-11-28T${time}`))).toBe(until === null ? null : at(until)); });
  test('in the middle of a day', () => {
    expect([['11:59'], ['12:00'], ['12:59'], ['13:00']].map(([time]) => quietUntil({ from: '12:00', to: '13:00' }, 'Europe/Berlin', at(`2026-11-28T${time}`)) !== null)).toEqual([false, true, true, false]);
  });
});

test('the newest moment of a time of day', () => {
  const at = (text: string): number => momentIn(text, 'Europe/Berlin')!;
  expect(lastTime('08:00', 'Europe/Berlin', at('2026-11-28T08:00'))).toBe(at('2026-11-28T08:00'));
  expect(lastTime('08:00', 'Europe/Berlin', at('2026-11-28T07:59'))).toBe(at('2026-11-27T08:00'));
});

describe('ways of a severity', () => {
  test('without a rule a warning sends no text message, and what is worth knowing goes by mail', () => {
    expect([surfacesFor({}, 'cluster01', 'critical'), surfacesFor({}, null, 'warning'), surfacesFor({}, null, 'info')]).toEqual([['slack', 'teams', 'email', 'sms'], ['slack', 'teams', 'email'], ['email']]);
  });
  test('the tenant\'s rule comes before one for all', () => {
    const routes = [{ severity: 'critical', tenants: 'all', surfaces: ['sms'] }, { severity: 'critical', tenants: ['cluster01'], surfaces: ['slack'] }] as const;
    expect([surfacesFor({ routes }, 'cluster01', 'critical'), surfacesFor({ routes }, 'cluster02', 'critical')]).toEqual([['slack'], ['sms']]);
  });
});
