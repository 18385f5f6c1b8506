import type { StepId } from './names.js';
import { sameCanonical } from './canonical.js';
import { canonical, sameBoundStep, type Plan, type Step } from './plan.js';

/** One line of "what changed since you looked". */
export interface PlanChange { readonly what: string; readonly before: string; readonly after: string }

/** Differences that matter for an approval, in words. Empty when the digests agree. */
export function planChanges(before: Plan, after: Plan): PlanChange[] {
  const changes: PlanChange[] = [];
  const say = (what: string, from: string, to: string): void => { if (from !== to) changes.push({ what, before: from, after: to }); };
  say('virtual machines', before.vms.join(', '), after.vms.join(', '));
  say('left out', before.excluded.map((each) => each.vm).join(', ') || 'none', after.excluded.map((each) => each.vm).join(', ') || 'none');
  say('scope', `${before.operation.verb} ${before.operation.scope.class} ${before.operation.scope.name}`, `${after.operation.verb} ${after.operation.scope.class} ${after.operation.scope.name}`);
  say('host groups', before.operation.hostGroups.join(', '), after.operation.hostGroups.join(', '));
  say('kind of move', before.operation.drType ?? 'none', after.operation.drType ?? 'none');
  say('direction', `${before.operation.from} to ${before.operation.to}`, `${after.operation.from} to ${after.operation.to}`);
  const keys = new Set([...Object.keys(before.facts), ...Object.keys(after.facts)]);
  for (const key of [...keys].toSorted()) say(key, text(before.facts[key]), text(after.facts[key]));
  const gone = new Map(before.steps.map((step) => [step.id, step]));
  const added: StepId[] = [];
  const altered: { readonly before: Step; readonly after: Step }[] = [];
  for (const step of after.steps) {
    const old = gone.get(step.id);
    if (old === undefined) added.push(step.id);
    else if (!sameBoundStep(old, step)) altered.push({ before: old, after: step });
    gone.delete(step.id);
  }
  if (added.length > 0) changes.push({ what: 'steps added', before: '', after: added.join(', ') });
  if (gone.size > 0) changes.push({ what: 'steps removed', before: [...gone.keys()].join(', '), after: '' });
  if (altered.length > 0) changes.push({ what: 'steps altered', before: wordsOf(altered.map((each) => different(each.before, each.after))), after: wordsOf(altered.map((each) => different(each.after, each.before))) });
  say('people needed', String(before.gate.people), String(after.gate.people));
  say('role needed', before.gate.role, after.gate.role);
  say('people needed by role', seats(before), seats(after));
  say('people from different', diverse(before), diverse(after));
  say('rejections that end it', String(before.gate.deny ?? 1), String(after.gate.deny ?? 1));
  say('reason', before.gate.reason ?? 'not required', after.gate.reason ?? 'not required');
  say('backups', before.gate.backups?.join(', ') ?? 'none', after.gate.backups?.join(', ') ?? 'none');
  say('change freeze', freezeWords(before), freezeWords(after));
  say('rules that may be broken', before.gate.breakGlass?.join(', ') ?? 'none', after.gate.breakGlass?.join(', ') ?? 'none');
  say('number to type', before.gate.numberMatching ? 'yes' : 'none', after.gate.numberMatching ? 'yes' : 'none');
  say('target to type', before.gate.typedTarget ?? 'none', after.gate.typedTarget ?? 'none');
  say('attestation', before.gate.attest ?? 'none', after.gate.attest ?? 'none');
  say('runbook', before.runbook, after.runbook);
  say('policy version', before.policyVersion, after.policyVersion);
  return changes;
}

const shownMax = 5;
const wordsOf = (steps: readonly string[]): string => `${steps.slice(0, shownMax).join(', ')}${steps.length > shownMax ? ` and ${steps.length - shownMax} more` : ''}`;

/** A step by what of it is not as in the other: `verify-vm:billing (memoryMb 8192)`, `reverse-group:HG_A (after 5 steps)`. */
function different(step: Step, other: Step): string {
  const keys = [...new Set([...Object.keys(step.args), ...Object.keys(other.args)])].toSorted().filter((key) => !sameCanonical(step.args[key], other.args[key]));
  const parts = [
    ...keys.map((key) => `${key} ${text(step.args[key])}`), ...(sameCanonical(step.after, other.after) ? [] : [`after ${step.after.length} ${step.after.length === 1 ? 'step' : 'steps'}`]),
    ...(step.irreversible === other.irreversible ? [] : [step.irreversible ? 'cannot be undone' : 'can be undone']), ...(step.kind === other.kind ? [] : [step.kind]), ...(step.entity.name === other.entity.name ? [] : [`on ${step.entity.name}`]),
  ];
  return parts.length === 0 ? step.id : `${step.id} (${parts.join(', ')})`;
}

const seats = ({ gate }: Plan): string => gate.seats?.map(({ role, count }) => `${count} ${role}`).join(', ') ?? 'none';
const freezeWords = ({ gate }: Plan): string => (gate.freeze === undefined ? 'none' : `${gate.freeze.reason}, until ${new Date(gate.freeze.until).toISOString()}`);
const diverse = ({ gate }: Plan): string => (gate.diverse === undefined ? 'none' : `${gate.diverse.by}s: ${gate.diverse.count}`);
const text = (value: unknown): string => (value === undefined ? 'none' : typeof value === 'string' ? value : canonical(value));
