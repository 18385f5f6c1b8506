import type { RunStatus } from '../../src/core/run-state.js';
import { Story } from './fixture.js';

/** One run in each status. */
export const inStatus: Record<RunStatus, () => Story> = {
  proposed: () => { const story = new Story(); story.propose(); return story; },
  rejected: () => { const story = inStatus.proposed(); story.add({ type: 'plan.rejected', run: 'R-12', by: 'ben', reason: 'use the other array' }); return story; },
  withdrawn: () => { const story = inStatus.proposed(); story.add({ type: 'plan.withdrawn', run: 'R-12', by: 'ana', reason: 'the array is back' }); return story; },
  expired: () => { const story = inStatus.proposed(); story.add({ type: 'plan.expired', run: 'R-12', why: null }); return story; },
  granted: () => { const story = inStatus.proposed(); story.approve('ben'); story.add({ type: 'plan.granted', run: 'R-12', epoch: 1, digest: 'd', by: ['ana', 'ben'] }); return story; },
  running: () => { const story = inStatus.granted(); story.add({ type: 'run.started', run: 'R-12' }); story.step('check'); story.add({ type: 'step.started', run: 'R-12', step: 'fail-over', attempt: 1, key: 'k' }); return story; },
  held: () => { const story = inStatus.running(); story.add({ type: 'run.held', run: 'R-12', by: { kind: 'person', person: 'dee', surface: 'slack' }, reason: 'wait for the network team' }); return story; },
  cancelling: () => { const story = inStatus.running(); story.add({ type: 'run.cancelling', run: 'R-12', by: 'ben', reason: null }); return story; },
  parked: () => { const story = inStatus.running(); story.add({ type: 'run.parked', run: 'R-12', step: 'fail-over', why: 'The array does not answer.', next: 'Look at the array salocal_A.' }); return story; },
  succeeded: () => { const story = inStatus.running(); story.now += 341_000; story.finish(); return story; },
  exceptions: () => { const story = inStatus.running(); story.finish('exceptions'); return story; },
  failed: () => { const story = inStatus.running(); story.step('start', 'failed', 'snorlax has no memory left'); story.finish('failed'); return story; },
  cancelled: () => { const story = inStatus.running(); story.finish('cancelled'); return story; },
};
