import { describe, expect, test } from '@jest/globals';
import type { JournalEvent } from '../../src/core/event.js';
import { lifeboat } from '../../src/core/names.js';
import { foldRun, isTerminal, type RunStatus } from '../../src/core/run-state.js';
import { aPlan, approved, aRun, by, entriesOf, noon } from './support.js';

const run = 'R-1';
const granted: JournalEvent[] = [approved('ben'), { type: 'plan.granted', run, epoch: 1, digest: 'x', by: ['ana', 'ben'] }];
const started: JournalEvent[] = [...granted, { type: 'run.claimed', run, epoch: 1, boot: 'b', fence: 4 }, { type: 'run.started', run }];
const held: JournalEvent = { type: 'run.held', run, by: by('dora'), reason: 'wait' };
const resumed: JournalEvent = { type: 'run.resumed', run, by: ['ana', 'ben'] };
const parked: JournalEvent = { type: 'run.parked', run, step: 'stop-vm:billing', why: 'nobody knows', next: 'look' };
const cancelling: JournalEvent = { type: 'run.cancelling', run, by: 'ana', reason: null };
const finished: JournalEvent = { type: 'run.finished', run, outcome: 'exceptions', tally: '5 out of 6', exceptions: ['start-vm:x: no'], vms: [{ vm: 'x', at: 'nowhere' }] };
const revised: JournalEvent = { type: 'plan.revised', plan: aPlan({ epoch: 2, vms: ['billing', 'payroll'] }), expiresAt: noon + 5, changes: [{ what: 'vms', before: 'a', after: 'b' }], voided: ['ben'] };

describe('where a run stands', () => {
  test.each<[string, readonly JournalEvent[], RunStatus]>([
    ['a proposal waits', [], 'proposed'],
    ['an approval alone changes nothing', [approved('ben')], 'proposed'],
    ['granted', granted, 'granted'],
    ['started', started, 'running'],
    ['held while it runs', [...started, held], 'held'],
    ['held before it starts', [...granted, held], 'held'],
    ['held and started by a slower executor stays held', [...granted, held, { type: 'run.started', run }], 'held'],
    ['resumed', [...started, held, resumed], 'running'],
    ['resumed before it ever started', [...granted, held, resumed], 'granted'],
    ['parked', [...started, parked], 'parked'],
    ['held while parked stays parked', [...started, parked, held], 'parked'],
    ['resumed from parked', [...started, parked, resumed], 'running'],
    ['cancelling', [...started, cancelling], 'cancelling'],
    ['cancelled while it was held', [...started, held, cancelling], 'cancelling'],
    ['started after cancelling goes on cancelling', [...granted, cancelling, { type: 'run.started', run }], 'cancelling'],
    ['over', [...started, finished], 'exceptions'],
    ['rejected', [{ type: 'plan.rejected', run, by: 'ben', reason: null }], 'rejected'],
    ['expired', [{ type: 'plan.expired', run, why: null }], 'expired'],
    ['revised after the grant it is a proposal again', [...granted, revised], 'proposed'],
  ])('%s', (_title, events, status) => { expect(aRun(events).status).toBe(status); });

  test('what is over stays over in every list', () => {
    expect((['rejected', 'expired', 'succeeded', 'exceptions', 'failed', 'cancelled'] as const).every(isTerminal)).toBe(true);
    expect((['proposed', 'granted', 'running', 'held', 'cancelling', 'parked'] as const).some(isTerminal)).toBe(false);
  });

  test('a revision voids approvals and grant, starts the steps afresh and says what changed', () => {
    const state = aRun([...granted, { type: 'step.started', run, step: 'stop-vm:billing', attempt: 1, key: 'k' }, revised]);
    expect(state).toMatchObject({ approvals: [], grantedAt: null, grantedEpoch: null, expiresAt: noon + 5, revision: { voided: ['ben'], changes: [{ what: 'vms' }] } });
    expect(state.plan.vms).toEqual(['billing', 'payroll']);
    expect([...state.steps.values()].every((step) => step.status === 'pending')).toBe(true);
  });

  test('a hold asks everybody again: who wanted it to go on before counts no more', () => {
    const wants: JournalEvent = { type: 'resume.given', run, by: 'ana', surface: 'web' };
    expect(aRun([...started, held, wants]).resumeBy).toEqual(['ana']);
    expect(aRun([...started, held, wants, resumed, held]).resumeBy).toEqual([]);
    expect(aRun([...started, parked, wants, parked]).resumeBy).toEqual([]);
  });

  test('the end names the result, the exceptions and where each VM is', () => {
    expect(aRun([...started, finished])).toMatchObject({ outcome: 'exceptions', tally: '5 out of 6', exceptions: ['start-vm:x: no'], vmsAt: [{ vm: 'x', at: 'nowhere' }] });
  });

  test('the claim in force is the newest one', () => {
    expect(aRun([...started, { type: 'run.claimed', run, epoch: 1, boot: 'c', fence: 9 }]).claim).toEqual({ boot: 'c', fence: 9 });
  });

  test('an entry of a run that nobody proposed is none', () => { expect(foldRun(undefined, entriesOf([held])[0]!)).toBeUndefined(); });
});

describe('where a step stands', () => {
  const start = (attempt: number): JournalEvent => ({ type: 'step.started', run, step: 'stop-vm:billing', attempt, key: 'k' });
  const end = (attempt: number, outcome: 'done' | 'failed' | 'unknown', willRetry?: true): JournalEvent => ({ type: 'step.finished', run, step: 'stop-vm:billing', attempt, outcome, why: outcome === 'done' ? null : 'because', remedy: null, probed: false, evidence: [], changes: [], ...(willRetry ? { willRetry } : {}) });
  test.each([
    ['intent without evidence', [start(1)], 'started', 1],
    ['done', [start(1), end(1, 'done')], 'done', 1],
    ['failed for good', [start(1), end(1, 'failed')], 'failed', 1],
    ['failed, and another attempt follows', [start(1), end(1, 'failed', true)], 'pending', 1],
    ['the second attempt', [start(1), end(1, 'failed', true), start(2)], 'started', 2],
    ['unknown', [start(1), end(1, 'unknown')], 'unknown', 1],
    ['unknown, asked again and done', [start(1), end(1, 'unknown'), start(2), end(2, 'done')], 'done', 2],
  ] as const)('%s', (_title, events, status, attempt) => { expect(aRun([...started, ...events]).steps.get('stop-vm:billing')).toMatchObject({ status, attempt }); });

  test('a step that takes another back is known once it starts', () => {
    expect(aRun([...started, { type: 'step.started', run, step: 'undo-stop-vm:billing', attempt: 1, key: 'k' }]).steps.get('undo-stop-vm:billing')).toMatchObject({ status: 'started' });
  });
  test('progress is kept in order', () => {
    expect(aRun([...started, { type: 'step.progress', run, step: 's', line: 'one' }, { type: 'step.progress', run, step: 's', line: 'two' }]).progress.map((each) => each.line)).toEqual(['one', 'two']);
  });
});

test('Lifeboat\'s own proposals are folded like everybody\'s', () => { expect(aRun([], aPlan({ requestedBy: lifeboat('monitor') })).status).toBe('proposed'); });
