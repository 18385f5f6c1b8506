import type { Answer, LabelValue } from '../../core/answer.js';
import { foldRun } from '../../core/run-state.js';
import type { State } from '../../core/state.js';
import { planView } from './approval.js';
import { runView } from './run.js';
import type { View, ViewContext } from './view.js';

/** What the desk answered, as a message for the person who asked. */
export function answerView(answer: Answer, state: State, context: ViewContext): View {
  switch (answer.kind) {
    case 'run': {
      const run = state.runs.get(answer.run);
      if (!run) return said(`${answer.run} is on its way.`, [`why ${answer.run}`]);
      return answer.detail === 'plan' ? planView(run, state, context) : runView(run, state, context);
    }
    case 'dry-run': return planView(foldRun(undefined, { seq: 0, stream: '', streamSeq: 0, tenant: answer.plan.tenant, actor: answer.plan.requestedBy, at: context.now, digest: '', chain: '', event: { type: 'plan.proposed', plan: answer.plan, expiresAt: null } })!, state, context, answer.command);
    case 'decision': return { name: 'decision', names: ['decision'], tone: answer.status === 0 ? 'good' : 'warning', data: { run: answer.run, good: answer.status === 0, sentence: answer.sentence, next: [...answer.next] } };
    case 'refusal': return refusalView(answer.code, answer.what, answer.next, answer.command, answer.choices);
    case 'blocks': return { name: 'blocks', names: ['blocks'], tone: 'info', data: {
      title: answer.title, footer: answer.footer, text: blockText(answer.blocks),
      blocks: answer.blocks.map((block) => block.map(({ label, value }) => ({ label, value: typeof value === 'string' ? value : value.join(', ') }))),
    } };
    case 'help': return { name: 'help', names: ['help'], tone: 'info', data: { title: answer.title, lines: [...answer.lines], text: answer.lines.join('\n'), examples: [...answer.examples] } };
    case 'said': return said(answer.text, answer.next);
  }
}

export const refusalView = (code: string, what: string, next: string, command: string | null = null, choices: readonly string[] = []): View => ({ name: 'refusal', names: ['refusal'], tone: 'warning', data: { code, what, next, command, choices: [...choices] } });
const said = (text: string, next: readonly string[]): View => ({ name: 'said', names: ['said'], tone: 'info', data: { text, next: [...next] } });

/** ksysmgr's shape (reference/ksys.md 3.5): `Label:` padded to one column, further values under the first, an empty line between blocks. */
export function blockText(blocks: readonly (readonly LabelValue[])[]): string {
  const width = Math.max(0, ...blocks.flat().map(({ label }) => label.length)) + 4;
  return blocks.map((block) => block.flatMap(({ label, value }) => {
    const [first = '', ...rest] = typeof value === 'string' ? value.split('\n') : value;
    return [`${`${label}:`.padEnd(width)}${first}`, ...rest.map((each) => `${' '.repeat(width)}${each}`)];
  }).join('\n')).join('\n\n');
}
