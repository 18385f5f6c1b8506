import { describe, expect, test } from '@jest/globals';
import { fits, silences, type SilenceState } from '../../../src/core/incident-rules/silence.js';

const noon = 1_000_000_000;
const silence = (change: Partial<SilenceState> = {}): SilenceState => ({ id: 'L-1', tenant: 'cluster01', matcher: { event: 'VIOS_*', entity: null, class: null, severity: null }, from: noon, until: noon + 3_600_000, reason: 'firmware', by: 'ana', endedAt: null, endedBy: null, kept: 0, lastAt: null, endingToldAt: null, ...change });
const event = { name: 'VIOS_FAILURE', entity: 'vios1', entityClass: 'vios' as const, severity: 'warning' as const, tenant: 'cluster01' };

test.each([['HOST_*', 'HOST_FAILURE', true], ['host_*', 'HOST_FAILURE', true], ['*_FAILURE', 'HOST_FAILURE', true], ['*FAIL*', 'HOST_FAILURE', true], ['HOST', 'HOST_FAILURE', false], ['a*a', 'a', false], ['a*b*c', 'a-c', false], ['*', '', true], ['a**b', 'ab', true], ['A.C', 'ABC', false]])('%s fits %s: %s', (pattern, text, does) => { expect(fits(pattern, text)).toBe(does); });

describe('a silence keeps back', () => {
  test.each<[string, Partial<SilenceState>, Partial<Parameters<typeof silences>[1]>, number, boolean]>([
    ['what matches, while it is in force', {}, {}, 0, true],
    ['nothing before it begins', {}, {}, -1, false],
    ['nothing from its end on', {}, {}, 3_600_000, false],
    ['nothing once it was ended', { endedAt: noon }, {}, 0, false],
    ['nothing critical', {}, { severity: 'critical' }, 0, false],
    ['what is critical, where it says so', { matcher: { event: null, entity: 'vios1', class: null, severity: 'critical' } }, { severity: 'critical' }, 0, true],
    ['only critical ones, where it says so', { matcher: { event: null, entity: 'vios1', class: null, severity: 'critical' } }, {}, 0, false],
    ['nothing of another tenant', {}, { tenant: 'cluster02' }, 0, false],
    ['every tenant\'s, where it is the provider\'s', { tenant: null }, { tenant: 'cluster02' }, 0, true],
    ['no other name', {}, { name: 'HOST_FAILURE' }, 0, false],
    ['no site event', { matcher: { event: null, entity: null, class: null, severity: null } }, { entityClass: 'site' }, 0, false],
    ['no storm', { matcher: { event: 'EVENT_*', entity: null, class: null, severity: 'critical' } }, { name: 'EVENT_STORM', severity: 'critical' }, 0, false],
  ])('%s', (_title, change, about, after, does) => { expect(silences(silence(change), { ...event, ...about }, noon + after)).toBe(does); });
});
