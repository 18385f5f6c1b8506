import { fine, notice, wrong, type Diagnosis } from '../core/diagnosis.js';
import { gateWords } from '../core/gate-words.js';
import { readiness, readinessWords, type ReadinessQuestion } from '../core/readiness.js';
import type { Runbook } from '../runbook/runbook.js';

type Asked = ReadinessQuestion & { readonly runbooks: readonly Runbook[] };

/** Could the quorum of each runbook be met now, for each tenant? The rule is core/readiness.ts; here it is asked about each runbook as a whole. */
export function diagnoseQuorum(question: Asked): Diagnosis[] {
  const { estate, links } = question.state;
  const all = readiness(question);
  return question.runbooks.filter(({ gate }) => gate.people > 0).map((runbook) => {
    const name = `quorum ${runbook.name}`;
    const of = all.filter((each) => each.runbook === runbook.name);
    const short = of.filter(({ ready }) => !ready);
    if (short.length > 0) {
      const besides = gateWords(runbook.gate);
      return wrong(name, `${short.map(readinessWords).join(' ')}${besides.length > 0 ? ` Besides: ${besides.join('; ')}.` : ''}`, [...new Set(short.flatMap(({ next }) => next))].join('. Or ').concat('. All of it: query quorum'));
    }
    const strangers = (runbook.gate.backups ?? []).filter((backup) => !estate?.people.some((person) => person.name === backup));
    if (strangers.length > 0) return wrong(name, `Its backups ${strangers.join(', ')} are nobody in the estate: the question would reach none of them.`, 'Correct backups: in the runbook, or add them to the people of the estate file.');
    const there = [...new Set(of.flatMap((each) => each.there))];
    const says = `${runbook.gate.people} people of ${there.join(', ') || 'nobody'}`;
    const unlinked = question.surfaces.includes('slack') ? there.filter((person) => !links.some((link) => link.person === person && link.surface === 'slack')) : [];
    if (unlinked.length > 0) return notice(name, `${says}; not linked in Slack, so the question reaches them by console and mail only: ${unlinked.join(', ')}`, 'Each of them, in the console or at the command line: code slack');
    const thin = of.filter(({ indispensable }) => indispensable.length > 0);
    return thin.length > 0 ? notice(name, `${says}: one absence and it cannot be approved (${thin.map(({ tenant, indispensable }) => `${tenant}: ${indispensable.join(', ')}`).join('; ')})`, `Give one more person the role ${runbook.gate.role}`) : fine(name, says);
  });
}
