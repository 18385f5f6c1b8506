import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { eventCatalogue, eventNamed } from '../../src/core/event-catalogue/catalogue.js';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /^(?:engine|desk|notify)\/.*\.ts$/.test(file)).map((file) => ({ file, text: readFileSync(join('src', file), 'utf8') }));

describe('the catalogue of events', () => {
  test('names each event once, in the form of its records', () => {
    const names = eventCatalogue.map(({ name }) => name);
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
    expect(names.filter((name) => !/^[A-Z][A-Z0-9_]+$/.test(name))).toEqual([]);
  });

  test('says what each means; what is critical or a warning has something to do about it', () => {
    expect(eventCatalogue.filter(({ means }) => means.length < 10 || !means.endsWith('.'))).toEqual([]);
    expect(eventCatalogue.filter(({ severity, reaction }) => severity === 'critical' && reaction === null)).toEqual([]);
    expect(eventCatalogue.filter(({ severity, reaction, name }) => severity === 'warning' && reaction === null && name !== 'LIFEKEEPER_TRAP_130')).toEqual([]);
  });

  // seeds/5, reference/ksys.md 7.1 and 7.2
  test.each(['APP_FAILURE_DETECTED', 'VM_REBOOT_FOR_APPLICATION_FAILURE', 'VM_RESTART_FOR_APPLICATION_FAILURE', 'VM_APPLICATION_PERMANENT_FAILURE', 'VM_FAILURE_DETECTED', 'VIOS_FAILURE', 'VIOS_NODE_FAILURE', 'ALL_VIOS_UNREACHABLE', 'HOST_FAILURE_DETECTED', 'HOST_FAILURE', 'VIOS_MONITOR_MODE', 'HMC_UNREACHABLE', 'STG_UNREACHABLE', 'VM_CPU_THRESHOLD_EXCEEDED',
    'DISCOVERY_COMPLETED', 'MIGRATED_VM_EXISTS_IN_WG', 'VM_MISSED_FROM_WORKSPACE_PHASE', 'VG_REMOVE_DISKS_COMPLETED', 'NETWORK_CREATION_COMPLETED', 'SCRIPT_FAILURE_EVENT', 'SCRIPT_SUCCESS_EVENT',
    ...['DISCOVERY', 'AUTO_DISCOVERY', 'DEPLOY', 'GRS_ENABLE_VOLUMES', 'ONBOARD_VOLUMES', 'ATTACH_VOLUMES', 'VM_SHUTDOWN', 'VM_BOOTUP', 'REPLICATION_MONITOR', 'MOVE', 'VG_REVERSAL', 'VG_STOP', 'VG_UPDATE', 'VG_REMOVE', 'VM_REMOVE', 'NETWORK_CONFIGURATION'].flatMap((name) => [`${name}_STARTED`, `${name}_SUCCESS`, `${name}_FAILED`])])('holds %s of KSYS', (name) => { expect(eventNamed(name)?.origin).toMatch(/^KSYS/); });
  // seeds/3, reference/lifekeeper-everrun.md 4.2 to 4.4
  test.each([348, 349, 354, 355, 721, 959, 960, 968, 1203, 1278, 1288, 1600, 1681, 6001, 6013, 12043, 12044, 13203, 13204, 13290])('holds message %i of LifeKeeper', (number) => { expect(eventNamed(`LIFEKEEPER_${number}`)).toBeDefined(); });
  test.each([100, 101, 102, 110, 111, 112, 120, 121, 122, 130, 131, 132, 140, 141])('holds trap %i of LifeKeeper', (number) => { expect(eventNamed(`LIFEKEEPER_TRAP_${number}`)).toBeDefined(); });
  test.each([1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 20, 21, 27, 28, 29, 32, 33, 34, 35, 36, 37, 44, 45, 46, 47, 48, 49, 53, 54, 55, 77, 78, 79, 80, 81, 82, 100, 110, 117, 119, 123, 136, 139, 140, 141, 148, 149])('holds trap %i of everRun', (number) => { expect(eventNamed(`EVERRUN_${number}`)).toBeDefined(); });

  test('corrects the sources where they err: what waits for a decision is critical, what is expected is no error', () => {
    expect([349, 354, 355, 960, 1681].map((number) => eventNamed(`LIFEKEEPER_${number}`)!.severity)).toEqual(['warning', 'critical', 'critical', 'warning', 'critical']);
    // Maintenance is "0, most severe" at everRun's command line, and "clear" in its table.
    expect([4, 36, 21].map((number) => eventNamed(`EVERRUN_${number}`)!.severity)).toEqual(['info', 'info', 'critical']);
    expect(eventCatalogue.filter(({ name, severity }) => /_(?:STARTED|SUCCESS|REACHABLE|RECOVERED)$/.test(name) && severity !== 'info')).toEqual([]);
  });

  test('knows every event that Lifeboat itself raises, with its severity', () => {
    const raised = sources.flatMap(({ file, text }) => [...text.matchAll(/name: '([A-Z][A-Z0-9]*_[A-Z_]+)', severity: '(critical|warning|info)'/g)].map(([, name = '', severity = '']) => ({ file, name, severity })));
    expect(raised.length).toBeGreaterThan(2);
    expect(raised.filter(({ name, severity }) => eventNamed(name)?.severity !== severity)).toEqual([]);
  });
});
