import { describe, expect, test } from '@jest/globals';
import { lastSlot, slotName } from '../../src/core/slot.js';

const at = (text: string): number => Date.parse(text);

describe('the newest daily slot', () => {
  test.each([
    ['today, when the time has passed', '2026-11-21T02:00:30Z', '02:00', 'UTC', '2026-11-21T02:00', '2026-11-21T02:00:00Z'],
    ['yesterday, when it has not', '2026-11-21T01:59:59Z', '02:00', 'UTC', '2026-11-20T02:00', '2026-11-20T02:00:00Z'],
    ['at the very minute', '2026-11-21T02:00:00Z', '02:00', 'UTC', '2026-11-21T02:00', '2026-11-21T02:00:00Z'],
    ['midnight belongs to the day that begins', '2026-11-21T00:00:10Z', '00:00', 'UTC', '2026-11-21T00:00', '2026-11-21T00:00:00Z'],
    ['the last minute before midnight', '2026-11-21T00:00:10Z', '23:59', 'UTC', '2026-11-20T23:59', '2026-11-20T23:59:00Z'],
    ['in winter in Berlin', '2026-11-21T12:00:00Z', '02:00', 'Europe/Berlin', '2026-11-21T02:00', '2026-11-21T01:00:00Z'],
    ['in summer in Berlin', '2026-07-01T12:00:00Z', '02:00', 'Europe/Berlin', '2026-07-01T02:00', '2026-07-01T00:00:00Z'],
    ['left out by summer time: the first minute after the gap', '2026-03-29T12:00:00Z', '02:30', 'Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:00:00Z'],
    ['the first minute of the gap', '2026-03-29T12:00:00Z', '02:00', 'Europe/Berlin', '2026-03-29T02:00', '2026-03-29T01:00:00Z'],
    ['the minute at which the gap ends', '2026-03-29T12:00:00Z', '03:00', 'Europe/Berlin', '2026-03-29T03:00', '2026-03-29T01:00:00Z'],
    ['before the gap nothing has happened yet', '2026-03-29T00:59:00Z', '02:30', 'Europe/Berlin', '2026-03-28T02:30', '2026-03-28T01:30:00Z'],
    ['twice in the night when summer time ends: the first time', '2026-10-25T00:45:00Z', '02:30', 'Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00Z'],
    ['twice in the night when summer time ends: the second time has the same name', '2026-10-25T01:45:00Z', '02:30', 'Europe/Berlin', '2026-10-25T02:30', '2026-10-25T01:30:00Z'],
    ['where the clock jumps at midnight', '2026-09-06T12:00:00Z', '00:30', 'America/Santiago', '2026-09-06T00:30', '2026-09-06T04:00:00Z'],
    ['a zone with a half hour', '2026-11-21T12:00:00Z', '02:00', 'Asia/Kolkata', '2026-11-21T02:00', '2026-11-20T20:30:00Z'],
  ])('%s', (_title, now, time, zone, slot, start) => { expect(lastSlot(at(now), time, zone)).toEqual({ slot, at: at(start) }); });

  test.each([['Europe/Berlin', '2026-03-25T15:00:00Z'], ['Europe/Berlin', '2026-10-21T15:00:00Z'], ['America/Santiago', '2026-09-02T15:00:00Z'], ['America/Santiago', '2026-04-01T15:00:00Z']])('each day has it exactly once in %s from %s', (zone, from) => {
    const names = Array.from({ length: 8 }, (_, day) => lastSlot(at(from) + day * 86_400_000, '00:30', zone).slot);
    expect(new Set(names).size).toBe(8);
  });

  test('a slot is named by its place\'s own clock', () => { expect(slotName(at('2026-11-20T23:30:00Z'), 'Europe/Berlin')).toBe('2026-11-21T00:30'); });
});
