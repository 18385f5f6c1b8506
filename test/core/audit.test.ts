import { describe, expect, test } from '@jest/globals';
import { Audit } from '../../src/core/audit.js';
import type { JournalEvent } from '../../src/core/event.js';
import { aPlan, noon } from './support.js';

const plan = aPlan();
const [first] = plan.steps;
const run = plan.run;
const granted = (change: object = {}): JournalEvent => ({ type: 'plan.granted', run, epoch: plan.epoch, digest: plan.digest, by: ['ana', 'ben'], ...change });
const started = (attempt = 1): JournalEvent => ({ type: 'step.started', run, step: first!.id, attempt, key: 'k' });
const finished = (attempt = 1, outcome: 'done' | 'failed' = 'done'): JournalEvent => ({ type: 'step.finished', run, step: first!.id, attempt, outcome, why: null, remedy: null, probed: false, evidence: [], changes: [] });
const asked: JournalEvent = { type: 'plan.proposed', plan: { ...plan, requestedBy: { kind: 'person', person: 'ana', surface: 'cli' } }, expiresAt: null };
const approved: JournalEvent = { type: 'approval.given', run, epoch: plan.epoch, by: 'ben', surface: 'cli', attested: null };
const begun: JournalEvent = { type: 'run.started', run };
const over: JournalEvent = { type: 'run.finished', run, outcome: 'succeeded', tally: '', exceptions: [], vms: [] };
const audited = (...events: JournalEvent[]) => { const audit = new Audit(); events.forEach((event, index) => audit.take(event, noon + index)); return audit.runs()[0]!; };

describe('an audit of the journal', () => {
  test('says who asked, who let it go and what was done, and finds nothing where all is in order', () => {
    expect(audited(asked, approved, granted(), begun, started(), finished(), over)).toMatchObject({ run, askedBy: 'ana', grantedBy: ['ana', 'ben'], grantedAt: noon + 2, steps: 1, outcome: 'succeeded', problems: [] });
  });
  test('a second attempt is another intent with another evidence', () => { expect(audited(asked, approved, granted(), begun, started(1), finished(1, 'failed'), started(2), finished(2), over).problems).toEqual([]); });
  test.each<[string, JournalEvent[], string]>([
    ['a step without an approval', [asked, started(), finished()], 'was begun without an approval of this plan'],
    ['a step before its run', [asked, approved, granted(), started(), finished()], 'was begun before its run'],
    ['an approval that nobody gave', [asked, granted(), begun, started(), finished(), over], 'ben is said to have approved, and no approval stands'],
    ['a grant of another plan', [asked, approved, granted({ digest: 'other' }), begun], 'What was granted is not the plan that stood'],
    ['a grant of an older version', [asked, approved, { type: 'plan.revised', plan: { ...plan, epoch: 2 }, expiresAt: null, changes: [], voided: [] }, granted()], 'What was granted is not the plan that stood'],
    ['evidence without an intent', [asked, approved, granted(), begun, finished()], 'has evidence of attempt 1 without an intent'],
    ['two intents of one attempt', [asked, approved, granted(), begun, started(), started(), finished(), over], 'has two intents for attempt 1'],
    ['two pieces of evidence', [asked, approved, granted(), begun, started(), finished(), finished(), over], 'has two pieces of evidence for attempt 1'],
    ['a step again after it was done', [asked, approved, granted(), begun, started(), finished(), started(2), finished(2), over], 'was begun again after it was done'],
    ['a step of a run that is over', [asked, approved, granted(), begun, over, started(), finished()], 'was begun after its run had ended'],
    ['a step of which nothing is known', [asked, approved, granted(), begun, started(), over], 'was begun, and nothing says what came of it'],
    ['two ends', [asked, approved, granted(), begun, started(), finished(), over, over], 'It ended twice'],
  ])('names %s', (_title, events, said) => { expect(audited(...events).problems.join('\n')).toContain(said); });
});
