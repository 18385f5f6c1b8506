import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { momentIn } from '../../../src/core/moment.js';
import { createIcalCalendar, readShifts } from '../../../src/drivers/calendar/ical.js';
import { peopleIn } from '../../../src/notify/calendars.js';

const ics = (...events: string[]): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...events, 'END:VCALENDAR', ''].join('\r\n');
const event = (uid: string, ...lines: string[]): string => ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20261101T000000Z', ...lines, 'END:VEVENT'].join('\r\n');
const berlin = (text: string): number => momentIn(text, 'Europe/Berlin')!;
const read = (text: string, from = '2026-11-01T00:00', until = '2026-12-31T00:00') => readShifts(text, berlin(from), berlin(until), 'Europe/Berlin').map(({ who, from: begins, until: ends }) => [who.join(','), new Date(begins).toISOString().slice(0, 16), (ends - begins) / 3_600_000]);

describe('an iCalendar', () => {
  test('in UTC, in a named zone, without a zone, and a whole day', () => {
    expect(read(ics(
      event('1', 'DTSTART:20261102T080000Z', 'DTEND:20261103T080000Z', 'SUMMARY:ana'),
      event('2', 'DTSTART;TZID=America/New_York:20261103T080000', 'DTEND;TZID=America/New_York:20261103T200000', 'SUMMARY:ben'),
      event('3', 'DTSTART:20261105T090000', 'DTEND:20261105T100000', 'SUMMARY:chris'),
      event('4', 'DTSTART;VALUE=DATE:20261107', 'DTEND;VALUE=DATE:20261108', 'SUMMARY:ana'),
    ))).toEqual([['ana', '2026-11-02T08:00', 24], ['ben', '2026-11-03T13:00', 12], ['chris', '2026-11-05T08:00', 1], ['ana', '2026-11-06T23:00', 24]]);
  });
  test('repeated, with one left out, one moved, and one cancelled', () => {
    const weekly = event('w', 'DTSTART;TZID=Europe/Berlin:20261102T090000', 'DTEND;TZID=Europe/Berlin:20261109T090000', 'RRULE:FREQ=WEEKLY;INTERVAL=2', 'EXDATE;TZID=Europe/Berlin:20261116T090000', 'SUMMARY:ana');
    const moved = event('w', 'RECURRENCE-ID;TZID=Europe/Berlin:20261130T090000', 'DTSTART;TZID=Europe/Berlin:20261201T090000', 'DTEND;TZID=Europe/Berlin:20261208T090000', 'SUMMARY:ben');
    const cancelled = event('w', 'RECURRENCE-ID;TZID=Europe/Berlin:20261214T090000', 'DTSTART;TZID=Europe/Berlin:20261214T090000', 'DTEND;TZID=Europe/Berlin:20261221T090000', 'STATUS:CANCELLED', 'SUMMARY:ana');
    expect(read(ics(weekly, moved, cancelled))).toEqual([['ana', '2026-11-02T08:00', 168], ['ben', '2026-12-01T08:00', 168], ['ana', '2026-12-28T08:00', 168]]);
  });
  test('a zone that the calendar defines itself', () => {
    const zone = ['BEGIN:VTIMEZONE', 'TZID:Our Zone', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0300', 'TZOFFSETTO:+0300', 'END:STANDARD', 'END:VTIMEZONE'].join('\r\n');
    expect(read(ics(zone, event('1', 'DTSTART;TZID=Our Zone:20261102T090000', 'DTEND;TZID=Our Zone:20261102T100000', 'SUMMARY:ana')))).toEqual([['ana', '2026-11-02T06:00', 1]]);
  });
  test('attendees come before the summary', () => {
    expect(read(ics(event('1', 'DTSTART:20261102T080000Z', 'DTEND:20261102T090000Z', 'SUMMARY:DR on call', 'ATTENDEE;CN=Ana:mailto:ana@provider.example')))[0]![0]).toBe('ana@provider.example,DR on call');
  });
  test('one that repeats for ever ends where nobody looks any more', () => {
    expect(read(ics(event('1', 'DTSTART:20261102T080000Z', 'DTEND:20261102T090000Z', 'RRULE:FREQ=DAILY', 'SUMMARY:ana')))).toHaveLength(59);
  });
  test.each(['', 'hello', '<html></html>', 'BEGIN:VCARD\r\nEND:VCARD'])('what is none is said to be none: %j', (text) => { expect(() => read(text)).toThrow('is no iCalendar'); });
});

test('people go by name, full name or address; whom nobody knows is named', () => {
  const people = [{ name: 'ana', displayName: 'Ana Silva', email: 'ana@provider.example' }, { name: 'ben', displayName: 'Ben Okafor', email: null }] as never;
  expect(peopleIn([{ who: ['ANA@provider.example'], from: 0, until: 1 }, { who: ['nobody@x', 'ben okafor'], from: 1, until: 2 }, { who: ['Zed'], from: 2, until: 3 }], { people })).toEqual({ shifts: [{ person: 'ana', from: 0, until: 1 }, { person: 'ben', from: 1, until: 2 }], unknown: ['Zed'] });
});

describe('over HTTP', () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => { for (const server of servers.splice(0)) server.close(); });
  const serve = async (status: number, body: string, location?: string): Promise<string> => {
    const server = createServer((_request, response) => { response.writeHead(status, location ? { location } : {}); response.end(body); });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path/dr.ics`;
  };
  const ask = (url: string) => createIcalCalendar().shifts(url, { from: 0, until: 2e12, timeZone: 'UTC' }, new AbortController().signal);
  test('is read', async () => { expect(await ask(await serve(200, ics(event('1', 'DTSTART:20261102T080000Z', 'DTEND:20261102T090000Z', 'SUMMARY:ana'))))).toHaveLength(1); });
  test('what went wrong is said without the address, which may be a secret', async () => {
    for (const url of [await serve(404, ''), await serve(302, '', 'http://127.0.0.1:1/'), await serve(200, 'x'.repeat(5_000_000)), 'http://127.0.0.1:9/secret-path/dr.ics']) {
      const error = await ask(url).catch((each: unknown) => each as Error);
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).message).not.toContain('secret-path');
    }
  });
});
