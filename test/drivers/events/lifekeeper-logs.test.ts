import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { logFormat } from '../../../src/cli/log-formats.js';
import type { LogProblem, LogRecord } from '../../../src/drivers/events/log-file/log-parser.js';

const readAt = Date.UTC(2026, 10, 28, 3, 0, 0);
function parse(log: string | Buffer, format: 'lifekeeper' | 'syslog', { zone = 'UTC', cuts = [] as readonly number[] } = {}) {
  const found = logFormat({ format, zone }, '');
  if (typeof found === 'string') throw new Error(found);
  const parser = found.parser({});
  const bytes = Buffer.from(log);
  const places = [0, ...cuts.map((each) => each % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const parsed = [...places.slice(1).map((to, at) => parser.feed(bytes.subarray(places[at]!, to), readAt)), parser.end(readAt)];
  return { records: parsed.flatMap(({ records }): readonly LogRecord[] => records), problems: parsed.flatMap(({ problems }): readonly LogProblem[] => problems) };
}
const short = ({ event }: LogRecord) => [new Date(event.occurredAt).toISOString(), event.severity, event.name, event.entityClass, event.entity, event.description];

describe('LifeKeeper for Windows: the log of two tests that SIOS and Stratus ran (seeds/3)', () => {
  const log = readFileSync('test/drivers/events/lifekeeper/windows.log');

  test('every entry, in order', () => {
    const { records, problems } = parse(log, 'lifekeeper');
    expect(problems).toEqual([]);
    expect(records.map(short)).toEqual([
      ['2016-04-18T13:27:49.000Z', 'warning', 'LIFEKEEPER_960', 'system', 'LKSCW2008', 'LifeKeeper: communication to LKSCW2008 by TCPIP:1500 FAILED'],
      ['2016-04-18T13:27:49.000Z', 'info', 'LIFEKEEPER_968', 'system', 'LifeKeeper', 'COMM_DOWN event: C:/LK/bin/sendevent -C lifekeeper -E comm_down -s1 -m LK:LCM -OC:/LK/out/LCM - nLKSCW2008 -dTCPIP:1500'],
      ['2016-04-18T13:27:50.000Z', 'critical', 'LIFEKEEPER_355', 'system', 'LKSCW2008', 'COMMUNICATIONS TO "LKSCW2008" FAILED'],
      ['2016-04-18T13:28:25.000Z', 'critical', 'LIFEKEEPER_354', 'system', 'LKSCW2008', 'The Disable Automatic Failover option was enabled for system "LKSCW2008". No restore operation will be performed.'],
      ['2016-04-18T15:08:47.000Z', 'info', 'LIFEKEEPER_959', 'system', 'LKSCW2008', 'LifeKeeper: communication to LKSCW2008 by TCPIP:1500 RESTORED'],
      ['2016-04-18T15:08:48.000Z', 'info', 'LIFEKEEPER_1278', 'system', 'LKSCW2008', 'COMMUNICATIONS TO "LKSCW2008" RESTORED'],
      ['2016-04-18T15:08:52.000Z', 'info', 'LIFEKEEPER_721', 'system', 'LKSCW2008', 'lkswitchback("LKSCW2008"): eligible resources ()'],
      ['2016-04-18T15:08:52.000Z', 'info', 'LIFEKEEPER_721', 'system', 'LifeKeeper', 'Automatic switchback aborted---no resources eligible for switchback'],
      ['2016-04-18T15:08:53.000Z', 'info', 'LIFEKEEPER_1203', 'system', 'LKSCW2008', 'LifeKeeper: RESOURCE PROTECTION ACTIVATED FOR LKSCW2008'],
      ['2016-04-18T15:08:53.000Z', 'info', 'LIFEKEEPER_1203', 'system', 'LKSCW2008', 'LifeKeeper: RESOURCE PROTECTION ACTIVATED FOR LKSCW2008'],
      ['2016-04-18T15:08:53.000Z', 'info', 'LIFEKEEPER_1288', 'system', 'LKSCW2008', 'LifeKeeper: COMM_UP to machine LKSCW2008 done'],
      ['2016-04-20T14:16:41.000Z', 'critical', 'LIFEKEEPER_1681', 'app', 'FSList.0', 'Recoverfail.exe program invoked by system LKSCW2008 for resource FSList.0.'],
      ['2016-04-20T14:16:42.000Z', 'info', 'LIFEKEEPER_6013', 'app', '192.168.72.103', 'Restore IP Address 192.168.72.103 Start'],
      ['2016-04-20T14:16:45.000Z', 'info', 'LIFEKEEPER_6001', 'app', '192.168.72.103', 'Restore IP Address 192.168.72.103 End: Successful'],
      ['2016-04-20T14:16:46.000Z', 'info', 'LIFEKEEPER_12043', 'app', 'VOLUME E:', 'LifeKeeper: RESTORE VOLUME E: START.'],
      ['2016-04-20T14:16:53.000Z', 'info', 'LIFEKEEPER_12044', 'app', 'VOLUME E:', 'LifeKeeper: RESTORE VOLUME E: SUCCEDED.'],
      ['2016-04-20T14:16:54.000Z', 'info', 'LIFEKEEPER_13203', 'app', 'FileShareList1', 'RESTORE FILE SHARE LIST RESOURCE INSTANCE "FileShareList1" START.'],
      ['2016-04-20T14:16:54.000Z', 'warning', 'LIFEKEEPER_13290', 'app', 'E$', 'Update operation for share "E$" located at "E:\\" has failed; error 87, parmerr=0, error message = The parameter is incorrect. Note that all authorized users must be domain user accounts.'],
      ['2016-04-20T14:16:56.000Z', 'info', 'LIFEKEEPER_13204', 'app', 'FileShareList1', 'LifeKeeper: RESTORE FILE SHARE LIST RESOURCE INSTANCE "FileShareList1" END.'],
      ['2016-04-20T14:16:58.000Z', 'info', 'LIFEKEEPER_1600', 'app', 'Vol.E', 'Created child thread for monitoring resource Vol.E.'],
      ['2016-04-20T14:16:58.000Z', 'info', 'LIFEKEEPER_1600', 'app', '192.168.72.103', 'Created child thread for monitoring resource 192.168.72.103.'],
      ['2016-04-20T14:16:58.000Z', 'info', 'LIFEKEEPER_1600', 'app', 'FSList.0', 'Created child thread for monitoring resource FSList.0.'],
    ]);
    expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  });

  test('however its bytes arrive, the same records with the same ids', () => {
    const whole = parse(log, 'lifekeeper');
    fc.assert(fc.property(fc.array(fc.nat(log.length), { maxLength: 12 }), (cuts) => { expect(parse(log, 'lifekeeper', { cuts })).toEqual(whole); }), { numRuns: 60 });
  });

  test('the zone says what its local times mean, summer time included', () => {
    expect(parse(log, 'lifekeeper', { zone: 'Europe/Amsterdam' }).records[0]!.event.occurredAt).toBe(Date.UTC(2016, 3, 18, 11, 27, 49));
    expect(logFormat({ format: 'lifekeeper', zone: undefined }, '')).toContain('zone=Europe/Berlin');
    expect(logFormat({ format: 'lifekeeper', zone: 'Mars/Base' }, '')).toContain("'Mars/Base' is not an IANA time zone");
    expect(logFormat({ format: 'evtx', zone: undefined }, '')).toContain('Known: ksys, lifekeeper, syslog.');
  });

  test.each<[string, string, string]>([
    ['no message', '[04/18/2016 13:27:50] EventType: Error, Source: LifeKeeper, Category: General\n', '1: An entry without a message; it was not taken.'],
    ['no such day', '[02/30/2016 13:27:50] EventType: Error, Source: LifeKeeper, Category:\nProcess: x(1) *ERROR* (No. 355) COMMUNICATIONS TO "A" FAILED\n', '1: There is no such time in this zone: 02/30/2016 13:27:50. It was taken with the time at which it was read.'],
  ])('%s is said with its line', (_title, text, said) => { expect(parse(text, 'lifekeeper').problems.map(({ line, what }) => `${line}: ${what}`)).toEqual([said]); });
});

describe('LifeKeeper for Linux in syslog', () => {
  test.each<[string, readonly string[] | null]>([
    ['Nov 28 02:11:09 lk1 lcdmachfail[2211]: ERROR:lcd:machfail:filesys1:004102:failover recovery of machine lk2 started', ['2026-11-28T02:11:09.000Z', 'critical', 'LIFEKEEPER_LINUX_004102', 'system', 'lk2', 'resource filesys1: failover recovery of machine lk2 started']],
    ['Dec 31 23:59:58 lk1 lcm[77]: INFO:lcm.commup:::004300:communication to lk2 by 10.0.0.1/10.0.0.2 restored', ['2025-12-31T23:59:58.000Z', 'info', 'LIFEKEEPER_LINUX_004300', 'system', 'lk2', 'communication to lk2 by 10.0.0.1/10.0.0.2 restored']],
    ['<131>2026-11-28T02:11:09.5+01:00 lk1 lkcheck[9]: EMERG::::011138:evaluation licence expires soon', ['2026-11-28T01:11:09.500Z', 'critical', 'LIFEKEEPER_LINUX_011138', 'system', 'lk1', 'evaluation licence expires soon']],
    ['Nov 28 02:11:09 lk1 sshd[5]: Accepted publickey for root', null],
    ['Nov 28 02:11:09 lk1 CRON[5]: (root) CMD (INFO:a:b)', null],
  ])('%s', (line, expected) => {
    const { records, problems } = parse(`${line}\n`, 'syslog');
    expect(problems).toEqual([]);
    expect(records.map(short)).toEqual(expected === null ? [] : [expected]);
  });
});

test('no text at all makes a parser throw, and every record has a name, a time and an entity', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom('[04/18/2016 13:27:49] EventType: Error, Source: LifeKeeper, Category:', 'Process: a(1) *ERROR* (No. 355) COMMUNICATIONS TO "', 'Nov 28 02:11:09 lk1 a[1]: ERROR:::x:123456:', '\r', '\u0000', '*INFO*', '"'));
  fc.assert(fc.property(fc.array(piece).map((parts) => parts.join('\n')), fc.constantFrom('lifekeeper' as const, 'syslog' as const), (text, format) => {
    for (const { event } of parse(text, format).records) expect([event.name.length > 0, Number.isFinite(event.occurredAt), event.entity.length > 0 && event.entity.length <= 200]).toEqual([true, true, true]);
  }), { numRuns: 500 });
});
