import { expect, test } from '@jest/globals';
import type { Severity } from '../../src/core/dr-event.js';
import { emptyState, type State } from '../../src/core/state.js';
import { withUrgency } from '../../src/notify/urgency.js';
import type { Wanted } from '../../src/ports/outbox.js';
import { anEvent } from './support.js';

const stateWith = (severity: Severity): State => {
  const state = emptyState();
  state.incidents.set('I-1', { id: 'I-1', key: 'k', tenant: null, site: null, title: 't', severity, openedAt: 0, lastAt: 0, resolvedAt: null, events: [anEvent({ severity })], count: 1, proposedRun: null, causedBy: null });
  return state;
};
const row = (view: string, change: Partial<Wanted> = {}): Wanted => ({ key: 'k', surface: 'email', target: { kind: 'person', person: 'ana', identity: 'ana@example.com' }, threadKey: null, subject: { view, id: 'I-1', seq: 1 }, tenant: null, wanted: 1, editable: false, ...change });

test.each<[string, Severity, Partial<Wanted>, true | undefined]>([
  ['page', 'warning', {}, true],
  ['approval-request', 'warning', {}, true],
  ['matching-number', 'warning', {}, true],
  ['step-request', 'warning', {}, true],
  ['incident', 'critical', {}, true],
  ['notification', 'critical', {}, true],
  ['incident', 'warning', {}, undefined],
  ['notification', 'warning', {}, undefined],
  ['story', 'critical', {}, undefined],
  ['digest', 'critical', {}, undefined],
  ['incident', 'critical', { threadKey: 'the head' }, undefined],
])('%s of a %s incident %j: urgent is %s', (view, severity, change, urgent) => {
  expect(withUrgency(row(view, change), stateWith(severity)).urgent).toBe(urgent);
});
