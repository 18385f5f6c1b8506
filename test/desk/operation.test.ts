import { describe, expect, test } from '@jest/globals';
import { personOf, type Person } from '../../src/core/estate.js';
import type { JournalEvent } from '../../src/core/event.js';
import type { Operation, Verb } from '../../src/core/plan.js';
import { emptyState, fold, type State } from '../../src/core/state.js';
import { parse } from '../../src/desk/grammar.js';
import { readOperation } from '../../src/desk/operation.js';
import { aPerson, aPlan, entriesOf } from '../core/support.js';
import { demoEstate } from '../scenarios/lab/estates.js';

const estate = demoEstate();
const ana = personOf(estate, 'ana')!;
const ofA = aPerson('otto', ['operator'], ['cluster01']);
const imported: JournalEvent = { type: 'estate.imported', estate, source: 'demo', digest: 'd' };
const activeAt = (group: string, site: string): JournalEvent => ({ type: 'step.finished', run: 'R-1', step: 'x', attempt: 1, outcome: 'done', why: null, remedy: null, probed: false, evidence: [], changes: [{ kind: 'group', group, activeSite: site }] });
const state = (...events: JournalEvent[]): State => entriesOf([imported, { type: 'plan.proposed', plan: aPlan(), expiresAt: null }, ...events]).reduce(fold, emptyState());
const home = state();
const moved = state(activeAt('HG_A', 'service_provider'));
const bothMoved = state(activeAt('HG_A', 'service_provider'), activeAt('HG_B', 'service_provider'));

function ask(line: string, now: State = home, person: Person = ana) {
  const parsed = parse(line);
  if (!parsed.ok) throw new Error(parsed.problem.what);
  return readOperation(parsed.command, parsed.command.action as Verb, estate, now, person);
}
const wanted = (line: string, now?: State, person?: Person): Operation => {
  const read = ask(line, now, person);
  if (!read.ok) throw new Error(JSON.stringify(read.answer));
  return read.operation;
};
const refused = (line: string, now?: State, person?: Person) => {
  const read = ask(line, now, person);
  if (read.ok || read.answer.kind !== 'refusal') throw new Error(`${line} was taken`);
  return read.answer;
};
const both = ['customerA', 'service_provider'] as const;

describe('the direction of an operation', () => {
  test.each<[string, State, readonly [string, string]]>([
    ['discover site customerA', home, both], ['verify site customerA', home, both],
    ['discover site service_provider', moved, ['service_provider', 'customerA']],
    ['move site from=customerA to=service_provider', home, both],
    ['move site from=service_provider to=customerA', moved, ['service_provider', 'customerA']],
    ['cleanup site customerA', moved, both], ['resync site customerA', moved, both],
    ['recover site service_provider', moved, ['service_provider', 'service_provider']], ['recover site customerA', home, ['customerA', 'customerA']],
    ['discover host_group HG_A', home, both], ['move host_group HG_A', home, both], ['move host_group HG_A', moved, ['service_provider', 'customerA']],
    ['move host_group HG_A to=service_provider', home, both], ['cleanup host_group HG_A', moved, both], ['resync host_group HG_A', moved, both], ['recover host_group HG_A', moved, ['service_provider', 'service_provider']],
  ])('%s', (line, now, [from, to]) => { expect(wanted(line, now)).toMatchObject({ tenant: 'cluster01', hostGroups: ['HG_A'], from, to }); });

  test('a move is planned unless somebody says otherwise', () => {
    expect(wanted('move site from=customerA to=service_provider').drType).toBe('planned');
    expect(wanted('move site from=customerA to=service_provider dr_type=unplanned').drType).toBe('unplanned');
    expect(wanted('discover site customerA').drType).toBeNull();
  });

  test('the scope is what was named', () => {
    expect(wanted('move host_group HG_A').scope).toEqual({ class: 'host_group', name: 'HG_A' });
    expect(wanted('move site from=customerA to=service_provider').scope).toEqual({ class: 'site', name: 'customerA' });
  });
});

describe('the shared site', () => {
  test.each(['discover site service_provider', 'verify site service_provider'])('%s could mean two tenants', (line) => {
    expect(refused(line, bothMoved)).toMatchObject({ status: 3, code: 'which-tenant', what: expect.stringContaining('cluster01 or cluster02'), command: `${line} tenant=cluster01` });
  });
  test('tenant= says which', () => { expect(wanted('discover site service_provider tenant=cluster02', bothMoved)).toMatchObject({ tenant: 'cluster02', hostGroups: ['HG_B'], from: 'service_provider', to: 'customerB' }); });
  test('the target of a move says it as well', () => { expect(wanted('move site from=service_provider to=customerB', bothMoved)).toMatchObject({ tenant: 'cluster02', from: 'service_provider', to: 'customerB' }); });
  test('where only one has anything there, nobody has to say', () => { expect(wanted('discover site service_provider', moved).tenant).toBe('cluster01'); });
  test('who sees one tenant only is never told of another', () => {
    expect(wanted('discover site service_provider', bothMoved, ofA).tenant).toBe('cluster01');
    expect(JSON.stringify(refused('discover site customerB', home, ofA))).not.toMatch(/cluster02|HG_B/);
  });
});

describe('what cannot be', () => {
  test.each<[string, State, number, string, RegExp]>([
    ['discover site', home, 3, 'site-missing', /customerA/],
    ['move site to=service_provider', home, 3, 'site-missing', /from=SITE/],
    ['move site from=customerA', home, 3, 'site-missing', /to=SITE/],
    ['discover site custmerA', home, 2, 'no-such-site', /Did you mean customerA/],
    ['move site from=customerA to=servce_provider', home, 2, 'no-such-site', /Did you mean service_provider/],
    ['move site from=customerA to=customerA', home, 4, 'same-site', /both customerA/],
    ['move site from=customerA to=customerB', home, 4, 'nothing-here', /Nothing is active at customerA that could move to customerB/],
    ['move site from=service_provider to=customerA', home, 4, 'nothing-here', /HG_A is active at customerA/],
    ['move site from=customerA to=service_provider', moved, 4, 'nothing-here', /HG_A is active at service_provider/],
    ['move site customerA to=service_provider from=customerA', home, 4, 'name', /takes no name/],
    ['cleanup site customerA', home, 4, 'nothing-here', /still active at customerA/],
    ['move site from=customerA to=service_provider dr_type=unpland', home, 4, 'dr-type', /Did you mean/],
    ['move site from=customerA to=service_provider force=true', home, 4, 'unknown-attribute', /no attribute 'force'/],
    ['move site form=customerA to=service_provider', home, 4, 'unknown-attribute', /Did you mean from/],
    ['move site FROM=customerA to=service_provider', home, 4, 'unknown-attribute', /FROM/],
    ['discover site customerA dr_test=yes', home, 4, 'unknown-attribute', /dr_test/],
    ['discover host_group', home, 3, 'group-missing', /host group is missing/],
    ['discover host_group HG_X', home, 2, 'no-such-group', /HG_X/],
    ['move host_group HG_A to=customerA', home, 4, 'direction', /can only move to service_provider/],
    ['move host_group HG_A to=customerB', home, 4, 'direction', /can only move to service_provider/],
    ['move host_group HG_A to=atlantis', home, 2, 'no-such-site', /atlantis/],
  ])('%s', (line, now, status, code, words) => {
    const answer = refused(line, now);
    expect(answer).toMatchObject({ status, code });
    expect(`${answer.what} ${answer.next}`).toMatch(words);
  });
});

test('a reason rides along', () => {
  expect(ask('cleanup site customerA reason="site is back"', moved)).toMatchObject({ ok: true, reason: 'site is back' });
});
