import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

/** What a story's log must show, in this order, and what must not be in it. */
interface Shown { readonly story: string; readonly shows: readonly (string | RegExp)[]; readonly never?: readonly RegExp[] }

const movedToTarget = ['in the end: HG_A is active at service_provider, SYNC', /billing: \w+, running at service_provider on snorlax/, /payroll: \w+, running at service_provider on snorlax/];
const stillAtSource = [/in the end: HG_A is active at customerA, SYNC$/, /billing: \w+, running at customerA on pbrazos/, /payroll: \w+, running at customerA on pbrazos/];
const rehearsed = ['in the end: HG1 is active at home_site, SYNC', 'ziti032: READY_TO_MOVE, running at home_site', 'ziti030: READY_TO_MOVE, running at home_site'];
const productionTouched = [/world: ziti\d+ is/, /HG1 is (reversed|failed over)/];

/** The rows of docs/failures.md: machines, active site, replication, whether it is tried again, whether anything is taken back. */
const rows: Record<string, readonly Shown[]> = {
  'discover of a VM': [{
    story: 'discovery-cannot-see-a-vm',
    shows: [/discover-host:pbrazos failed, tried again: HMC vmhmc1/, /R-3 .* failed: 0 out of 2/, 'FAULT OVER', 'R-4 has started; it needs no approval', /R-4 .* succeeded: 2 out of 2/, ...stillAtSource],
    never: [/world: \w+ is /, /world: disk group/],
  }],
  verify: [{
    story: 'verification-finds-a-fault',
    shows: [/verify-vm:billing failed: VM billing cannot move: only 1 of 2 VIOS/, /R-3 .* failed: 0 out of 2/, 'refused (exit 1): No VM of customerA is in state READY_TO_MOVE. billing: DISCOVERED', 'FAULT OVER', /R-4 .* succeeded: 2 out of 2/, ...stillAtSource],
    never: [/world: \w+ is /, /world: disk group/],
  }],
  'verify inside a move': [{
    story: 'verification-inside-a-move-ends-it',
    shows: [/R-3 .* starts/, 'verify-vm:billing failed', /R-3 .* failed: 0 out of 2 VMs have been successfully moved/, 'FAULT OVER', 'ben: approve R-4', 'billing is shut down on pbrazos', 'HG_A is reversed: service_provider', /R-4 .* succeeded: 2 out of 2/, ...movedToTarget],
    never: [/is shut down on[^]*R-3 .* failed: /],
  }],
  'source shutdown, planned': [{
    story: 'shutdown-refused-rolls-back',
    shows: ['billing is shut down on pbrazos', 'stop-vm:ledger failed, tried again', 'stop-vm:ledger failed: ', 'billing starts on pbrazos', 'reports starts on pbrazos', /R-5 .* failed: 0 out of 6/, 'stop ledger works again', 'HG_A is reversed'],
    never: [/ledger is powered off/, /(is reversed: |starts on snorlax)[^]*R-5 .* failed: /],
  }],
  'source shutdown, unplanned': [
    {
      story: 'shutdown-at-lost-source-is-ignored',
      shows: ['try to stop billing on pbrazos; do not wait for success', 'prove that billing does not run on pbrazos', 'attest=pbrazos', 'HG_A is failed over to service_provider', 'billing starts on snorlax', 'in the end: HG_A is active at service_provider, SUSPENDED'],
      never: [/(shut down|powered off) on pbrazos/, /stop-vm:\w+ failed/, /starts on pbrazos/],
    },
    {
      story: 'unplanned-move-without-proof-ends',
      shows: ['payroll is powered off on pbrazos', 'confirm-stopped:billing failed: VM billing still runs on pbrazos', /R-3 .* failed: 0 out of 2/, 'ana: recover site customerA', 'payroll starts on pbrazos', ...stillAtSource],
      never: [/is failed over/, /starts on snorlax/],
    },
  ],
  'source shutdown, HA': [{
    story: 'ha-shutdown-refused-is-left',
    shows: ['ha-stop-vm:ziti032 failed, tried again', 'ha-stop-vm:ziti032 failed: ', /R-3 .* failed: 0 out of 1/, 'event VM_RESTART_BLOCKED (critical) vm ziti032', 'R-4: restart of ziti032', 'Power: running', 'HA state: blocked', 'ana: approve R-4', 'ziti032 is restarted on rt07'],
    never: [/Lifeboat starts R-4/, /restarted on sock/],
  }],
  'storage reverse, planned': [
    {
      story: 'reversal-refused-starts-at-source',
      shows: ['payroll is shut down on pbrazos', 'reverse-group:HG_A failed, tried again', 'reverse-group:HG_A failed: ', 'billing starts on pbrazos', 'payroll starts on pbrazos', /R-3 .* failed: 0 out of 2/, ...stillAtSource],
      never: [/is reversed: /, /starts on snorlax/],
    },
    {
      story: 'reversal-unknown-asks-the-array',
      shows: ['payroll is shut down on pbrazos', 'HG_A is reversed: service_provider is the source', 'FAULT storage-unreachable sarmeote', 'reverse-group:HG_A unknown', 'R-3 waits for people: Nobody can tell', 'FAULT OVER storage-unreachable sarmeote', 'R-3 goes on', 'billing starts on snorlax', /R-3 .* succeeded: 2 out of 2/, ...movedToTarget],
      never: [/starts on pbrazos/, /is reversed: [^]*is reversed: /],
    },
  ],
  'storage fail-over, unplanned': [{
    story: 'failover-refused-leaves-the-source',
    shows: ['fail-over-group:HG_A failed, tried again', 'fail-over-group:HG_A failed: ', /R-3 .* failed: 0 out of 2/, 'Power: off', 'Active site: customerA', 'Direction: customerA -> service_provider', 'State: SUSPENDED', 'failOver HG_A works again', 'HG_A is failed over to service_provider', /R-4 .* succeeded: 2 out of 2/, 'in the end: HG_A is active at service_provider, SUSPENDED'],
    never: [/world: \w+ (is|starts) .*on pbrazos/],
  }],
  'define or map at the target': [
    {
      story: 'definition-refused-for-one',
      shows: ['HG_A is reversed: service_provider is the source', 'define-vm:orders failed, tried again', 'define-vm:orders failed: ', 'billing starts on snorlax', 'exceptions: 5 out of 6 VMs', 'then: recover site service_provider', 'R-8: recovery of orders', 'orders is defined on snorlax', 'orders starts on snorlax', 'succeeded: 1 out of 1', 'in the end: HG_A is active at service_provider, SYNC', /orders: \w+, running at service_provider/],
      never: [/starts on pbrazos/, /reversed: customerA/],
    },
    {
      story: 'definition-refused-for-all-goes-back',
      shows: ['HG_A is reversed: service_provider is the source', 'define-vm:billing failed: ', 'define-vm:payroll failed: ', /R-3 .* failed: 0 out of 2/, 'ana: move site from=service_provider to=customerA', 'needs 2 people', 'ben: approve R-4', 'HG_A is reversed: customerA is the source', 'billing starts on pbrazos', ...stillAtSource],
      never: [/starts on snorlax/],
    },
  ],
  'start at the target': [{
    story: 'boot-fails-for-one',
    shows: ['HG_A is reversed: service_provider is the source', 'start-vm:orders failed, tried again', 'start-vm:orders failed, tried again', 'start-vm:orders failed: ', 'exceptions: 5 out of 6 VMs', 'State: MOVE_FAILED', 'Active site: service_provider', 'R-8: recovery of orders', /orders starts on snorlax$/, 'in the end: HG_A is active at service_provider, SYNC'],
    never: [/starts on pbrazos/, /reversed: customerA/, /start-vm:orders failed, tried again(?:[^]*start-vm:orders failed, tried again){2}/],
  }],
  'guest network or post_online script': [{
    story: 'customer-scripts-fail-with-a-warning',
    shows: ['hook:post_network_configuration:vm:payroll failed', 'payroll starts on snorlax', 'hook:post_online:vm:payroll failed', 'exceptions: 2 out of 2 VMs', 'Look at that system.', ...movedToTarget],
    never: [/hook:.* tried again/, /starts on pbrazos/, /reversed: customerA/],
  }],
  'source cleanup, planned': [{
    story: 'source-cleanup-refused-stays-to-do',
    shows: ['payroll starts on snorlax', 'remove-vm:payroll failed, tried again', 'remove-vm:payroll failed: ', 'still to do: cleanup of customerA (HG_A)', 'exceptions: 2 out of 2 VMs', 'R-6: cleanup of customerA', 'Command: cleanup site customerA', 'payroll is removed from pbrazos', 'no longer to do: cleanup of customerA (HG_A)', ...movedToTarget],
    never: [/starts on pbrazos/, /reversed: customerA/],
  }],
  resync: [{
    story: 'resync-refused-stays-to-do',
    shows: ['still to do: resync of customerA (HG_A)', 'resync-group:HG_A failed, tried again', 'resync-group:HG_A failed: ', 'Work: resync', 'Command: resync site customerA', 'resync HG_A works again', 'HG_A is mirrored from service_provider', 'no longer to do: resync of customerA (HG_A)', ...movedToTarget],
    never: [/starts on pbrazos/],
  }],
  'rehearsal clone or start': [
    {
      story: 'rehearsal-clone-refused-is-cleaned-up',
      shows: ['clone-group:HG1 failed, tried again', 'clone-group:HG1 failed: ', /R-3 .* failed: 0 out of 4/, 'refused (exit 1): A rehearsal of HG1 has not been cleaned up', 'R-4 has started; it needs no approval: no production VM is touched', /R-4 .* succeeded: 1 out of 1/, 'R-5: REHEARSAL of home_site', ...rehearsed],
      never: productionTouched,
    },
    {
      story: 'rehearsal-vm-does-not-start',
      shows: ['start-test-vm:ziti032 failed, tried again', 'start-test-vm:ziti032 failed: ', 'exceptions: 3 out of 4 rehearsal VMs', 'ziti032_Rehearsal is removed', 'the clone of disk group HG1 at backup_site is removed', 'succeeded: 1 out of 1 groups', ...rehearsed],
      never: productionTouched,
    },
  ],
  'rehearsal cleanup': [{
    story: 'rehearsal-cleanup-refused-blocks',
    shows: ['remove-clone:HG1 failed, tried again', 'remove-clone:HG1 failed: ', 'failed: 0 out of 1 groups', 'refused (exit 1): A rehearsal of HG1 has not been cleaned up', 'ben: approve R-5', 'evict-tests:backup_site failed: ', 'failed: 0 out of 4 VMs have been successfully moved', 'removeClone HG1 works again', 'the clone of disk group HG1 at backup_site is removed', ...rehearsed],
    never: productionTouched,
  }],
  'controller crash in the middle': [{
    story: 'crash-in-the-middle-of-a-move',
    shows: ['payroll is shut down on pbrazos', 'Lifeboat dies', 'HG_A is reversed: service_provider', 'Lifeboat dies', 'billing starts on snorlax', 'payroll starts on snorlax', 'Lifeboat dies', /R-3 .* succeeded: 2 out of 2/, ...movedToTarget],
    never: [/is reversed: [^]*is reversed: /, /(billing starts on snorlax)[^]*\1/, /(billing is shut down)[^]*\1/, /failed/],
  }],
};

const here = dirname(fileURLToPath(import.meta.url));
const page = readFileSync(join(here, '../docs/failures.md'), 'utf8');
/** Cells of each row behind the table's head. */
const written = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Failed step')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
const storiesIn = (cell: string): string[] => [...cell.matchAll(/\[([\w-]+)\]\(\.\.\/test\/scenarios\/\1\/expected\.log\)/g)].map((match) => match[1]!);

/** The first of `shows` that no line behind the ones before it has. */
function missing(log: string, shows: Shown['shows']): string | RegExp | null {
  const lines = log.split('\n');
  let at = 0;
  for (const wanted of shows) {
    const found = lines.findIndex((line, n) => n >= at && (typeof wanted === 'string' ? line.includes(wanted) : wanted.test(line)));
    if (found < 0) return wanted;
    at = found + 1;
  }
  return null;
}

describe('docs/failures.md, row by row', () => {
  test('has the sixteen rows of reference/ksys.md 4.13, and each is tested', () => {
    expect(written.map(([name]) => name)).toEqual(Object.keys(rows));
    expect(written).toHaveLength(16);
  });

  test.each(written.map((cells) => [cells[0]!, cells] as const))('%s: every cell is filled in, and names the stories that are tested', (name, cells) => {
    expect(cells).toHaveLength(7);
    expect(cells.filter((cell) => cell === '')).toEqual([]);
    expect(storiesIn(cells.at(-1)!)).toEqual(rows[name]?.map(({ story }) => story));
  });

  test.each(Object.entries(rows).flatMap(([name, shown]) => shown.map((each) => [name, each.story, each] as const)))('%s: %s', (_name, story, { shows, never = [] }) => {
    const folder = join(here, 'scenarios', story);
    expect(existsSync(join(folder, 'story.txt'))).toBe(true);
    const log = readFileSync(join(folder, 'expected.log'), 'utf8');
    expect(missing(log, shows)).toBeNull();
    expect(never.filter((each) => each.test(log))).toEqual([]);
  });
});
