import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { KsysLogParser } from '../../../src/drivers/events/log-file/ksys/parser.js';
import type { LogProblem, LogRecord } from '../../../src/drivers/events/log-file/log-parser.js';
import { defaultZones, readKsysTime } from '../../../src/drivers/events/log-file/ksys/time.js';
import { aRecord, damage, numbers } from './support.js';

const sample = readFileSync(fileURLToPath(new URL('./samples/vm-failure.log', import.meta.url)));
const readAt = Date.UTC(2026, 2, 2, 14, 0, 0);

function parse(log: string | Buffer, pieces = 1, zones = defaultZones): { records: LogRecord[]; problems: LogProblem[]; events: LogRecord['event'][] } {
  const bytes = Buffer.from(log);
  const parser = new KsysLogParser({ zones });
  const records: LogRecord[] = [];
  const problems: LogProblem[] = [];
  const take = (parsed: ReturnType<KsysLogParser['end']>): void => { records.push(...parsed.records); problems.push(...parsed.problems); };
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  for (let at = 0; at < bytes.length; at += size) take(parser.feed(bytes.subarray(at, at + size), readAt));
  take(parser.end(readAt));
  return { records, problems, events: records.map((record) => record.event) };
}

describe('the record that IBM published, with its trailing spaces and drawn lines', () => {
  test('is read whole', () => {
    const { events, problems } = parse(sample);
    expect(problems).toEqual([]);
    expect(events).toEqual([{
      name: 'VM_FAILURE_DETECTED', severity: 'critical', entityClass: 'vm', entity: 'ziti032', uuid: '04E86341-E7C0-45DD-B903-CF9A1CEB7E2C', description: '0000-187 VM: ziti032 failure detected.',
      occurredAt: Date.UTC(2020, 1, 10, 10, 51, 26), source: 'events.log',
      evidence: [{ saw: '0000-187 VM: ziti032 failure detected.', by: 'KSYS (events.log)', at: Date.UTC(2020, 1, 10, 10, 51, 26), data: {
        event: 'VM_FAILURE_DETECTED', type: 'Critical Error Event', time: 'Mon Feb 10 04:51:26 CST 2020', 'entity affected': 'VM', 'resource affected': 'VM : ziti032 UUID 04E86341-E7C0-45DD-B903-CF9A1CEB7E2C', description: '0000-187 VM: ziti032 failure detected.',
      } }],
    }]);
  });

  test('reads the same however its bytes arrive', () => {
    const log = Buffer.concat([sample, Buffer.from(aRecord({ entity: 'Zürich-vm' })), sample]);
    const whole = parse(log);
    expect(whole.records).toHaveLength(3);
    for (let pieces = 2; pieces <= log.length; pieces += 7) expect(parse(log, pieces)).toEqual(whole);
  });

  test('twice in one file is two records with ids of their own, and the ids stay when the file is read again', () => {
    const { records } = parse(Buffer.concat([sample, sample]));
    expect(new Set(records.map((record) => record.id)).size).toBe(2);
    expect(parse(Buffer.concat([sample, sample, sample])).records.slice(0, 2).map((record) => record.id)).toEqual(records.map((record) => record.id));
  });
});

test.each<[string, string | Buffer, object]>([
  ['line ends of Windows', aRecord().replaceAll('\n', '\r\n'), {}],
  ['spaces at the end of every line, markers too', aRecord().replaceAll('\n', '  \n'), {}],
  ['no blank line before END', aRecord().replace('\n\n', '\n'), {}],
  ['several blank lines', aRecord().replaceAll('\n', '\n\n'), {}],
  ['no END at the end of the file', aRecord().replace('-----EVENT END-----\n', ''), {}],
  ['no line feed after END', aRecord().trimEnd(), {}],
  ['a description over several lines', aRecord({ description: '0000-187 VM: lpar01 failure\n                detected. VM: see the\n                error log: errpt' }), { description: '0000-187 VM: lpar01 failure detected. VM: see the error log: errpt' }],
  ['no UUID', aRecord({ uuid: null, entityClass: 'HMC', entity: 'vmhmc1' }), { entityClass: 'hmc', entity: 'vmhmc1', uuid: null }],
  ['keys that nobody knows', aRecord().replace('Description:', 'Cluster:        ksys_A\nDescription:').replace('\n\n', '\nNode:           r7r3m116\n\n'), { evidence: [expect.objectContaining({ data: expect.objectContaining({ Cluster: 'ksys_A', Node: 'r7r3m116' }) })] }],
  ['an event that nobody knows', aRecord({ name: 'COFFEE_MACHINE_EMPTY', type: 'Warning Event' }), { name: 'COFFEE_MACHINE_EMPTY', severity: 'warning' }],
  ['an informational event', aRecord({ name: 'DISCOVERY_SUCCESS', type: 'Informational Event' }), { name: 'DISCOVERY_SUCCESS', severity: 'info' }],
  ['IBM\'s short word error', aRecord({ type: 'Error Event' }), { severity: 'critical' }],
  ['a storage agent', aRecord({ entityClass: 'SA', entity: 'salocal_A', uuid: null }), { entityClass: 'storage_agent', entity: 'salocal_A' }],
  ['a class that nobody knows', aRecord({ entityClass: 'GATEWAY', entity: 'gw' }), { entityClass: 'system', entity: 'gw' }],
  ['a byte order mark', `\uFEFF${aRecord()}`, {}],
  ['a hole of zeros, as truncation under a writer leaves it', `${'\0'.repeat(100_000)}${aRecord()}`, {}],
  ['control characters', aRecord({ description: '0000-187 \u001b[31mVM\u001b[0m\u0007 down' }), { description: '0000-187 [31mVM[0m down' }],
  ['letters that are not UTF-8', Buffer.from(aRecord({ description: 'caf\u00e9 down' }), 'latin1'), { description: 'caf\uFFFD down' }],
])('a record with %s is taken without a complaint', (_title, log, expected) => {
  const { events, problems } = parse(log);
  expect(problems).toEqual([]);
  expect(events).toEqual([expect.objectContaining({ name: 'VM_FAILURE_DETECTED', occurredAt: Date.UTC(2020, 1, 10, 10, 51, 26), ...expected })]);
});

test.each<[string, string, number, string, object | null]>([
  ['two names', aRecord().replace('Event:          VM_FAILURE_DETECTED', 'Event:          HOST_FAILURE'), 3, 'announces VM_FAILURE_DETECTED, but its Event line says HOST_FAILURE', { name: 'HOST_FAILURE' }],
  ['a time that is none', aRecord({ time: 'yesterday' }), 5, 'not of the form', { occurredAt: readAt }],
  ['a day that does not exist', aRecord({ time: 'Sun Feb 30 04:51:26 CST 2020' }), 5, 'no such date', { occurredAt: readAt }],
  ['a time zone that nobody knows', aRecord({ time: 'Mon Feb 10 04:51:26 XYZT 2020' }), 5, 'KSYS_TIME_ZONES=XYZT=', { occurredAt: readAt }],
  ['no time zone', aRecord({ time: 'Mon Feb 10 04:51:26 2020' }), 5, 'names no time zone', { occurredAt: readAt }],
  ['no Time line', aRecord().replace(/Time:.*\n/, ''), 1, 'no Time line', { occurredAt: readAt }],
  ['a type that nobody knows', aRecord({ type: 'Purple Event' }), 4, "'Purple Event' is not known", { severity: 'critical' }],
  ['no Type line', aRecord({ name: 'HMC_REACHABLE' }).replace(/Type:.*\n/, ''), 1, 'no Type line', { severity: 'info' }],
  ['no resource', aRecord().replace(/Resource.*\n/, ''), 1, 'which resource', { entity: 'unknown' }],
  ['nothing after its name', '-----EVENT START-----\nHOST_FAILURE event has occurred. Details are as follows:\nEvent:          HOST_FAILURE\n', 1, 'cut off', { name: 'HOST_FAILURE' }],
  ['no START', aRecord().replace('-----EVENT START-----\n', ''), 1, 'without its START', { name: 'VM_FAILURE_DETECTED' }],
  ['no name', '-----EVENT START-----\nType:           Critical Error Event\n-----EVENT END-----\n', 1, 'without the name of an event', null],
])('a record with %s is reported with its line, and the next one is intact', (_title, log, line, says, expected) => {
  const { events, problems } = parse(`${log}${aRecord({ name: 'NEXT_ONE' })}`);
  expect(problems[0]).toMatchObject({ line, what: expect.stringContaining(says), lost: expected === null });
  expect(events.at(-1)).toMatchObject({ name: 'NEXT_ONE', occurredAt: Date.UTC(2020, 1, 10, 10, 51, 26) });
  expect(events.slice(0, -1)).toEqual(expected === null ? [] : [expect.objectContaining(expected)]);
});

describe('records run into each other', () => {
  const next = aRecord({ name: 'NEXT_ONE' });
  test.each<[string, string]>([
    ['END is missing', aRecord().replace('-----EVENT END-----\n', '') + next],
    ['a line feed between END and START is missing', aRecord().trimEnd() + next],
    ['START stands behind text', `${aRecord().replace('\n\n-----EVENT END-----\n', '')}${next}`],
    ['END and the next START are missing', aRecord().replace('-----EVENT END-----\n', '') + next.replace('-----EVENT START-----\n', '')],
    ['END, START and the headline are missing', aRecord().replace('-----EVENT END-----\n', '') + next.split('\n').slice(2).join('\n')],
  ])('when %s, both are read', (_title, log) => {
    expect(parse(log).events.map((event) => event.name)).toEqual(['VM_FAILURE_DETECTED', 'NEXT_ONE']);
  });

  test('text between records is reported once, with its first line', () => {
    const { problems, events } = parse(`${aRecord()}core dumped\nmore of it\n\n${next}`);
    expect(problems).toEqual([{ line: 11, what: expect.stringContaining("'core dumped'"), lost: true }]);
    expect(events).toHaveLength(2);
  });

  test('a line and a record without end are cut, and what follows is read', () => {
    const { problems, events } = parse(`${aRecord({ description: 'x'.repeat(200_000) })}${aRecord({ description: 'y\n'.repeat(2_000) })}${next}`);
    expect(problems.map(({ what }) => what)).toEqual([expect.stringContaining('longer than 64 KiB'), expect.stringContaining('more than 500 lines')]);
    expect(events).toHaveLength(3);
    expect(events[0]!.description.length).toBeLessThanOrEqual(2_000);
  });
});

describe('while KSYS writes', () => {
  test('a record is complete at END, not before', () => {
    const parser = new KsysLogParser({ zones: defaultZones });
    const [before, after] = [aRecord().replace('-----EVENT END-----\n', ''), '-----EVENT END-----\n'];
    expect(parser.feed(Buffer.from(before), readAt).records).toEqual([]);
    expect(parser).toMatchObject({ waitsForEnd: true, resumeAt: { offset: 0, line: 1 } });
    expect(parser.feed(Buffer.from(after), readAt).records).toHaveLength(1);
    expect(parser.resumeAt).toEqual({ offset: before.length + after.length, line: 11 });
  });

  test('reading on from any record\'s end, or from the open record, gives the same records and places', () => {
    const log = Buffer.from(aRecord() + aRecord({ name: 'B' }) + aRecord({ name: 'C' }).trimEnd() + aRecord({ name: 'D' }));
    const whole = parse(log).records;
    expect(whole.map(({ event }) => event.name)).toEqual(['VM_FAILURE_DETECTED', 'B', 'C', 'D']);
    for (let at = 0; at <= log.length; at++) {
      const first = new KsysLogParser({ zones: defaultZones });
      const before = first.feed(log.subarray(0, at), readAt).records;
      const second = new KsysLogParser({ zones: defaultZones, start: first.resumeAt, identity: first.identity });
      expect([...before, ...second.feed(log.subarray(first.resumeAt.offset), readAt).records, ...second.end(readAt).records]).toEqual(whole);
    }
  });
});

test.each<[string, string | null]>([
  ['Mon Feb 10 04:51:26 CST 2020', '2020-02-10T10:51:26.000Z'], ['Fri May  1 04:51:26 CEST 2020', '2020-05-01T02:51:26.000Z'], ['May 1 04:51:26 UTC 2020', '2020-05-01T04:51:26.000Z'], ['Fri May  1 04:51:26 -03 2020', '2020-05-01T07:51:26.000Z'],
  ['Fri May  1 04:51:26 +0530 2020', '2020-04-30T23:21:26.000Z'], ['Fri May  1 04:51:26 IST 2020', '2020-04-30T23:21:26.000Z'], ['2020-05-01T04:51:26+02:00', '2020-05-01T02:51:26.000Z'], ['Fri May 1 24:00:00 UTC 2020', null], ['Fri Mai 1 04:51:26 UTC 2020', null], ['', null],
])('the time "%s" is %s', (text, iso) => {
  const read = readKsysTime(text, defaultZones);
  expect(read.ok ? new Date(read.at).toISOString() : null).toBe(iso);
});

test('CST is China where the table says so', () => {
  expect(parse(aRecord(), 1, new Map([...defaultZones, ['CST', 480]])).events[0]!.occurredAt).toBe(Date.UTC(2020, 1, 9, 20, 51, 26));
});

test('whatever damage a log has taken, nothing throws and no later intact record is lost', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = numbers(seed);
    const hurt = damage(Array.from({ length: 4 }, (_, index) => aRecord({ name: `HURT_${index}` })).join(''), random);
    const intact = [1, 2, 3].map((index) => aRecord({ name: `INTACT_${index}`, entity: `vm${index}` })).join('');
    const { events } = parse(Buffer.concat([hurt, Buffer.from(intact)]), 1 + Math.floor(random() * 40));
    expect({ seed, tail: events.slice(-3).map(({ name, entity, severity, description }) => [name, entity, severity, description]) })
      .toEqual({ seed, tail: [1, 2, 3].map((index) => [`INTACT_${index}`, `vm${index}`, 'critical', `0000-187 VM: vm${index} failure detected.`]) });
  }
});
