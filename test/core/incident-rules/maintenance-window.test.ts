import { expect, test } from '@jest/globals';
import { readEstate } from '../../../src/config/read-estate.js';
import { writeEstate } from '../../../src/config/write-estate.js';
import { estateDiff } from '../../../src/core/estate-diff.js';
import { occurrences, windowInForce, type MaintenanceWindow } from '../../../src/core/incident-rules/maintenance-window.js';
import { momentIn } from '../../../src/core/moment.js';
import { tinyEstate } from '../../scenarios/lab/estates.js';

const patches: MaintenanceWindow = { name: 'patches', tenant: null, matcher: { event: 'VM_*', entity: null, class: null, severity: null }, days: ['sat'], from: '22:00', to: '04:00', timeZone: 'Europe/Berlin', reason: 'monthly patches' };
const berlin = (text: string): number => momentIn(text, 'Europe/Berlin')!;

// The 28th of March 2026 is a Saturday; on the 29th the clocks go from two to three.
test.each([
  ['2026-03-27T23:00', false], ['2026-03-28T21:59', false], ['2026-03-28T22:00', true], ['2026-03-29T00:30', true], ['2026-03-29T03:59', true], ['2026-03-29T04:00', false], ['2026-03-29T22:00', false],
])('over midnight and a change of clocks, at %s: %s', (at, inside) => { expect(windowInForce(patches, 'UTC', berlin(at)) !== null).toBe(inside); });

test('the night of the change of clocks is an hour shorter', () => {
  const { from, until } = windowInForce(patches, 'UTC', berlin('2026-03-29T01:00'))!;
  expect((until - from) / 3_600_000).toBe(5);
});
test('without days it comes every day, by the estate\'s clocks', () => {
  const { days: _days, timeZone: _zone, ...daily } = patches;
  expect(occurrences(daily, 'Europe/Lisbon', berlin('2026-11-28T12:00'), 2).map(({ from }) => new Date(from).toISOString())).toEqual(['2026-11-28T22:00:00.000Z', '2026-11-29T22:00:00.000Z']);
});
test('what lies ahead begins with the one in force', () => {
  expect(occurrences(patches, 'UTC', berlin('2026-03-28T23:00'), 2).map(({ from }) => from)).toEqual([berlin('2026-03-28T22:00'), berlin('2026-04-04T22:00')]);
});
test('it is written, read back and compared', () => {
  const base = tinyEstate();
  const estate = { ...base, people: base.people.filter(({ tenants }) => tenants === 'all' || tenants.every((name) => base.tenants.some((tenant) => tenant.name === name))), maintenanceWindows: [{ ...patches, tenant: 'cluster01' }] };
  const read = readEstate(writeEstate(estate), 'estate.yaml');
  expect(read.ok ? read.estate : read.problems).toEqual(estate);
  expect(estateDiff({ ...estate, maintenanceWindows: [] }, estate).join()).toContain('maintenance window patches');
});
test.each([['tenant: cluster09', 'There is no tenant \'cluster09\''], ['days: [someday]', 'This must be one of mon'], ['class: planet', 'This must be one of hmc']])('%s is refused', (line, what) => {
  const read = readEstate(`${writeEstate(tinyEstate())}\nmaintenance_windows:\n  - { name: w, from: "22:00", to: "04:00", reason: r, ${line} }\n`, 'estate.yaml');
  expect(read.ok ? '' : read.problems.map((problem) => problem.what).join()).toContain(what);
});
