import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NewEntry } from '../../src/ports/journal.js';
import { acts, playNight, type Act, type Wrong } from './night.js';

/** A failure prints seed and path: put them here to play the same night again. */
const seed = 2_026;
const nights = 120;

test('in any night of clicks, crashes, faults and revisions, only what a quorum approved happens, once, and everything ends or waits for people', async () => {
  await fc.assert(fc.asyncProperty(acts, async (night) => { expect(await playNight(night)).toEqual([]); }), { seed, numRuns: nights });
}, 240_000);

const type = (who: string, what: Extract<Act, { kind: 'type' }>['what']): Act => ({ kind: 'type', who, what, run: 0, times: 1 });

const threePeople: Act = { kind: 'policy', people: 3 };

describe('nights that once went wrong', () => {
  test.each<[string, Act[]]>([
    ['a held proposal that has expired is not brought back by resuming it', [type('ana', 'hold'), { kind: 'pass', minutes: 31 }, type('ana', 'resume'), type('ben', 'resume'), type('ben', 'approve')]],
    ['a held proposal that was rejected is not brought back by resuming it', [type('ana', 'hold'), type('ben', 'reject'), type('ana', 'resume'), type('chris', 'resume'), type('ben', 'approve')]],
    ['a run whose grant was not answered, and which is cancelled before anybody starts it, comes to its end', [{ kind: 'spoil-append', fault: 'lost-reply' }, type('ben', 'approve'), type('ana', 'cancel')]],
    ['a cancelled run that is held takes nothing back before people let it', [type('ben', 'approve'), { kind: 'pass', minutes: 0.02 }, type('ana', 'cancel'), type('dora', 'hold'), { kind: 'pass', minutes: 1 }]],
    ['a source that comes back while the process is dead runs its VMs alone: its disks are not taken away on an old proof', [{ kind: 'fault', fault: 'host-down', target: 'pbrazos' }, { kind: 'ask', who: 'ben', line: 'move site from=customerA to=service_provider dr_type=unplanned' }, { kind: 'spoil-call', fault: 'crash-before' }, type('ana', 'approve'), { kind: 'mend' }, { kind: 'pass', minutes: 5 }]],
  ])('%s', async (_title, night) => { expect(await playNight(night)).toEqual([]); });
});

type Append = NonNullable<Wrong['append']>;
/** Entries of an append, each replaced by others. */
const rewriting = (rewrite: (entry: NewEntry, log: Parameters<Append>[1]) => readonly NewEntry[]): Append => (request, log) => ({ ...request, entries: request.entries.flatMap((entry) => rewrite(entry, log)) });
const also = (entry: NewEntry, event: NewEntry['event']): NewEntry => ({ ...entry, event });
const planOf = (log: Parameters<Append>[1], run: string) => log.flatMap(({ event }) => ((event.type === 'plan.proposed' || event.type === 'plan.revised') && event.plan.run === run ? [event.plan] : [])).at(-1)!;

/** Wrong parts that the harness must catch, or it proves nothing. Each stands in the journal or around the desk; none is a switch in the product. */
const wrongs: readonly (readonly [string, Wrong, caught: RegExp, before?: readonly Act[]])[] = [
  ['a desk that counts one person twice', { append: rewriting((entry, log) => {
    const { event } = entry;
    if (event.type !== 'approval.given' || planOf(log, event.run).gate.people < 3) return [entry];
    return [entry, also(entry, { type: 'plan.granted', run: event.run, epoch: event.epoch, digest: planOf(log, event.run).digest, by: [event.by, event.by] })];
  }) }, /granted, and only/, [threePeople]],
  ['a desk that does not look at the revision a button was shown for', { node: (node) => {
    const press = node.desk.press.bind(node.desk);
    Object.assign(node.desk, { press: (...[caller, said]: Parameters<typeof press>) => press(caller, { ...said, epoch: node.run(said.subject)?.plan.epoch ?? said.epoch }) });
  } }, /never approved epoch/, [threePeople, type('ben', 'approve')]],
  ['a desk that carries an approval over to the changed plan', { append: rewriting((entry) => {
    const { event } = entry;
    if (event.type !== 'plan.revised') return [entry];
    return [entry, also(entry, { type: 'plan.granted', run: event.plan.run, epoch: event.plan.epoch, digest: event.plan.digest, by: event.voided })];
  }) }, /granted, and only/],
  ['an executor whose plan changes with the runbook after it was approved', { node: (node) => {
    node.parts.live.onEntries((entries) => {
      for (const { event } of entries) if (event.type === 'plan.granted') Object.assign(node.run(event.run), { plan: { ...node.run(event.run).plan, steps: node.run(event.run).plan.steps.slice(0, -1) } });
    });
  } }, /another plan had been approved/],
  ['an executor that does not see a hold', { node: (node) => {
    node.parts.live.onEntries((entries) => {
      for (const { event } of entries) if (event.type === 'run.held') Object.assign(node.run(event.run), { held: null, status: node.run(event.run).status === 'held' ? 'running' : node.run(event.run).status });
    });
  } }, /while the run was held/],
  ['a keeper to whom silence is a yes', { append: rewriting((entry, log) => {
    const { event } = entry;
    if (event.type !== 'plan.expired') return [entry];
    const plan = planOf(log, event.run);
    return [also(entry, { type: 'plan.granted', run: event.run, epoch: plan.epoch, digest: plan.digest, by: [] })];
  }) }, /granted, and only|granted after its time/],
  ['a desk that takes anybody for an approver', { node: (node) => {
    for (const person of node.state.estate!.people) Object.assign(person, { roles: ['operator', 'approver'] });
  } }, /counts for R-\d+, and may not|granted, and only|goes on, and/],
  ['a resume that takes one person', { append: rewriting((entry) => {
    const { event } = entry;
    return event.type === 'resume.given' ? [entry, also(entry, { type: 'run.resumed', run: event.run, by: [event.by] })] : [entry];
  }) }, /goes on, and/],
];

describe('the harness catches', () => {
  test.each(wrongs)('%s', async (_title, wrong, caught, before = []) => {
    const found: string[] = [];
    const result = await fc.check(fc.asyncProperty(acts, async (night) => { found.push(...await playNight([...before, ...night], wrong)); return !found.some((words) => caught.test(words)); }), { seed, numRuns: 100, endOnFailure: true });
    expect(found.filter((words) => caught.test(words))).not.toEqual([]);
    expect(result.failed).toBe(true);
  }, 120_000);
});
