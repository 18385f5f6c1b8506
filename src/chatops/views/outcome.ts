import type { RunState } from '../../core/run-state.js';
import type { State } from '../../core/state.js';
import { badges, runView } from './run.js';
import type { ViewContext, ViewOf } from './view.js';

/** Told privately to the person who asked (approval-ux.md rule 12). */
export function outcomeView(run: RunState, state: State, context: ViewContext): ViewOf<'run-outcome'> {
  const { data, tone } = runView(run, state, context);
  const sentence = run.status === 'rejected' ? `${data.rejected?.by ?? 'Somebody'} rejected it${data.rejected?.reason ? `: ${data.rejected.reason}` : ''}. Nothing ran.`
    : run.status === 'withdrawn' ? `${data.withdrawn?.by ?? 'Somebody'} withdrew it${data.withdrawn?.reason ? `: ${data.withdrawn.reason}` : ''}. Nothing ran.`
    : run.status === 'expired' ? `${run.expiredBecause ? `No longer needed: ${run.expiredBecause}` : `Not approved in time (${data.quorum?.have ?? 0} of ${data.quorum?.needed ?? 0}).`} Nothing ran.`
    : run.tally ?? `${badges[run.status].toLowerCase()}.`;
  return { name: 'run-outcome', names: ['run-outcome'], tone, data: {
    run: data.run, title: data.title, badge: badges[run.status], sentence, exceptions: [...run.exceptions], tookMs: data.finished?.tookMs ?? null, predictedMs: data.predictedMs, remaining: data.remaining, next: data.next, pageUrl: data.pageUrl,
  } };
}
