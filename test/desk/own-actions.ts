import type { Answer } from '../../src/core/answer.js';
import type { ExternalAction } from '../../src/core/estate.js';
import type { ActionOutcome, ExternalActions } from '../../src/ports/external-actions.js';
import { runIn, type LabNode } from '../scenarios/lab/lab.js';

export const httpAction = (name: string, more: Partial<ExternalAction> = {}): ExternalAction => ({ name, kind: 'http', tenants: 'all', parameters: [], effect: 'changes', probe: null, timeoutMs: 30_000, method: 'POST', url: 'http://127.0.0.1/', headers: {}, body: null, expect: [200], ...more } as ExternalAction);

/** What the actions of the estate were asked, and what they answer: in turn, else that all went well. */
export interface OwnActions { readonly calls: string[]; readonly answers: Map<string, ActionOutcome[]>; readonly actions: ExternalActions }

export function ownActions(): OwnActions {
  const calls: string[] = [];
  const answers = new Map<string, ActionOutcome[]>();
  return { calls, answers, actions: { run: async (action, parameters) => {
    calls.push(`${action.name} ${Object.values(parameters).join(' ')}`.trim());
    return answers.get(action.name)?.shift() ?? { kind: 'succeeded', saw: 'HTTP 200' };
  } } };
}

/** A runbook `own` with these steps. */
export const ownRunbook = (steps: string, gate = 'people: 2'): string => `name: own\ntitle: Own\nby_name: true\ngate: { ${gate} }\nsteps:\n${steps}`;

/** Asked for by ana and approved by ben. */
export async function startOwn(node: LabNode, line: string): Promise<string> {
  const run = runIn(await node.say('ana', line));
  if (node.run(run).status === 'proposed') await node.say('ben', `approve ${run}`);
  return run;
}

/** What a person reads. */
export const sentence = (answer: Answer): string => (answer.kind === 'decision' ? answer.sentence : answer.kind === 'refusal' ? `${answer.what} ${answer.next}` : JSON.stringify(answer));
