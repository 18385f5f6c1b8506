import { approveCommand } from '../../core/approval-command.js';
import { isRequester, mayApprove } from '../../core/approval-right.js';
import { sees } from '../../core/estate.js';
import { glassLifeMs, type GlassRule } from '../../core/glass.js';
import { rosterOf } from '../../core/roster.js';
import type { RunState } from '../../core/run-state.js';
import type { FormField } from '../../ports/channel.js';
import { attribute, quoted, type FormContext, type FormKind } from './form-kind.js';

const ruleWords: Record<GlassRule, string> = {
  'no-second-person': 'Go without a second person', 'no-diversity': 'Go without people of different teams or sites', freeze: 'Go despite the change freeze',
};
/** A run and the version of its plan: what changed since it was read is chosen anew. */
const valueOf = ({ plan }: RunState): string => `${plan.run}.${plan.epoch}`;

/** Runs that wait, allow a rule to be broken, and on which this person has a say of their own. */
function runsOf({ person, state, now }: FormContext, about: string | null): RunState[] {
  const roster = rosterOf(state, now);
  const own = (run: RunState): boolean => { const right = mayApprove(person, run, roster); return right.may ? right.standsFor === null : isRequester(run, person.name); };
  return [...state.runs.values()].filter((run) => run.status === 'proposed' && (run.plan.gate.breakGlass?.length ?? 0) > 0 && sees(person, run.plan.tenant) && own(run) && (about === null || about.toUpperCase() === run.plan.run)).slice(-100).toReversed();
}

const typed = (name: string, label: string, hint: string, required: boolean): FormField => ({ name, label, hint, required, kind: 'text', lengthMax: 100, long: false });

/** `approve R-12 break_glass=RULE,RULE reason="..."`: one person goes on in an emergency, by name and in everybody's sight. */
export const breakGlassForm: FormKind = {
  draw(context, about) {
    const runs = runsOf(context, about);
    if (runs.length === 0) return { code: 'no-glass', what: about === null ? 'No run waits here whose rules you could break.' : `${about.toUpperCase()} does not wait, or its gate lets nobody break a rule, or not you.`, next: 'Look who can decide.', command: about === null ? 'query run' : `why ${about.toUpperCase()}` };
    const gates = runs.map(({ plan }) => plan.gate);
    const rules = [...new Set(gates.flatMap(({ breakGlass }) => breakGlass ?? []))];
    const every = (wants: (gate: (typeof gates)[number]) => boolean): boolean => gates.every(wants);
    const [attest, target, number] = [gates.some((gate) => gate.attest !== null), gates.some((gate) => gate.typedTarget !== undefined), gates.some((gate) => gate.numberMatching === true)];
    return {
      name: 'break-glass', about, title: 'Break glass', submit: 'Break the glass', typed: `${approveCommand(runs[0]!.plan)} break_glass=${rules[0]} reason="..."`,
      text: `EMERGENCY: the run goes without the rules that you name, for ${glassLifeMs / 60_000} minutes and for this run alone. Everybody is told at once, with your name and your reason. Every other rule holds.`,
      fields: [
        { name: 'run', label: 'Run', hint: null, required: true, kind: 'choice', many: false, options: runs.map((run) => ({ value: valueOf(run), label: `${run.plan.run}: ${run.plan.title}` })), initial: runs.length === 1 ? valueOf(runs[0]!) : null },
        { name: 'rules', label: 'Rules to break', hint: 'As few as you can.', required: true, kind: 'choice', many: true, options: rules.map((rule) => ({ value: rule, label: ruleWords[rule] })), initial: null },
        { name: 'reason', label: 'Why', hint: 'Everybody reads it at once. No secrets.', required: true, kind: 'text', lengthMax: 500, long: true },
        ...(attest ? [typed('attest', 'Host that is down', 'By writing its name you attest that it is down and stays down.', every((gate) => gate.attest !== null))] : []),
        ...(target ? [typed('target', 'Target', 'Write the name of what cannot be undone.', every((gate) => gate.typedTarget !== undefined))] : []),
        ...(number ? [typed('number', 'Number', 'The two digits that whoever asked can tell you.', false)] : []),
      ],
    };
  },
  line: (filled) => `approve ${filled.get('run')!.replace(/\.\d+$/, '')}${attribute('break_glass', filled.get('rules'))} reason=${quoted(filled.get('reason')!)}${(['attest', 'target', 'number'] as const).map((name) => attribute(name, filled.get(name))).join('')}`,
};
