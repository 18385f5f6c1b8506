import { didYouMean } from '../../core/nearest.js';
import { placeholderNames, placeholdersOf } from '../placeholders.js';
import { allSteps, type RunbookStep } from '../runbook.js';
import { found, isChangingVerb, type Found, type Rule, type Subject } from './rule.js';

const ownSteps = ({ file }: Subject): RunbookStep[] => allSteps(file.runbook.steps);

export const nameOnce: Rule = function* ({ file, all }) {
  const other = all.find((each) => each !== file && each.runbook.name === file.runbook.name);
  if (other) yield found(null, `The runbook '${file.runbook.name}' stands in ${other.file}, too.`, 'Rename one of them.');
};

export const idOnce: Rule = function* (subject) {
  const seen = new Set<string>();
  for (const step of ownSteps(subject)) {
    if (seen.has(step.id)) yield found(step, `The step '${step.id}' stands here a second time.`, 'Give it an id of its own: retry, skip and approve name steps by it.');
    seen.add(step.id);
  }
};

export const knownRunbook: Rule = function* (subject) {
  const names = subject.all.map((each) => each.runbook.name);
  for (const step of ownSteps(subject)) if (step.kind === 'call' && !names.includes(step.runbook)) yield found(step, `There is no runbook '${step.runbook}' to call.${didYouMean(step.runbook, names)}`, `Known: ${names.join(', ')}.`);
};

export const noCircle: Rule = function* (subject) {
  const { file, all } = subject;
  const byName = new Map(all.map((each) => [each.runbook.name, each]));
  const leadsBack = (name: string, seen: Set<string>): boolean => {
    if (name === file.runbook.name) return true;
    if (seen.has(name)) return false;
    seen.add(name);
    return allSteps(byName.get(name)?.runbook.steps ?? []).some((step) => step.kind === 'call' && leadsBack(step.runbook, seen));
  };
  for (const step of ownSteps(subject)) if (step.kind === 'call' && leadsBack(step.runbook, new Set())) yield found(step, `Calling '${step.runbook}' leads back to '${file.runbook.name}': it would never end.`, 'Take the call out.');
};

export const knownAction: Rule = function* (subject) {
  const { actions } = subject;
  if (actions === null) return;
  for (const step of ownSteps(subject)) {
    if (step.kind !== 'http' && step.kind !== 'ssh' && step.kind !== 'command') continue;
    const action = actions.get(step.action);
    const ofKind = [...actions.values()].filter((each) => each.kind === step.kind).map((each) => each.name);
    if (action?.kind !== step.kind) yield found(step, `The estate allows no ${step.kind} action '${step.action}'.${didYouMean(step.action, ofKind)}`, `Add it to the estate file under actions. Known: ${ofKind.join(', ') || 'none'}.`);
    else yield* parametersOf(step, action.parameters);
  }
};

function* parametersOf(step: Extract<RunbookStep, { kind: 'http' | 'ssh' | 'command' }>, wanted: readonly string[]): Generator<Found> {
  const given = Object.keys(step.parameters);
  for (const name of wanted) if (!given.includes(name)) yield found(step, `The action '${step.action}' needs '${name}'.`, `Add it under with: ${name}: ...`);
  for (const name of given) if (!wanted.includes(name)) yield found(step, `The action '${step.action}' takes no '${name}'.${didYouMean(name, wanted)}`, `It takes: ${wanted.join(', ') || 'nothing'}.`);
}

const itemNames = ['vm', 'host', 'host_group'];
export const knownPlaceholder: Rule = function* ({ steps, file }) {
  const own = new Set(allSteps(file.runbook.steps));
  for (const { step, items } of steps) {
    if (!own.has(step)) continue;
    for (const name of new Set([...texts(step)].flatMap(placeholdersOf))) {
      if (!(placeholderNames as readonly string[]).includes(name)) yield found(step, `{${name}} is not known.${didYouMean(name, placeholderNames)}`, `Known: ${placeholderNames.map((each) => `{${each}}`).join(', ')}.`);
      else if (itemNames.includes(name) && !items.includes(name)) yield found(step, `{${name}} has no value here.`, `Put the step inside foreach: ${name}.`);
    }
  }
};

/** Texts of a step itself, not of those inside it. */
function* texts(step: RunbookStep): Generator<string> {
  if (step.says !== null) yield step.says;
  if ('text' in step) yield step.text;
  if ('parameters' in step) yield* Object.values(step.parameters);
  const condition = step.kind === 'check' || step.kind === 'when' ? step.condition : step.kind === 'wait' && step.for.kind === 'condition' ? step.for.condition : {};
  for (const value of Object.values(condition)) if (typeof value === 'string') yield value;
}

export const oneForEachCommand: Rule = function* ({ file, all }) {
  if (file.runbook.byName) return;
  const mine = mainOf(file.runbook.steps);
  const other = all.find((each) => {
    const theirs = mainOf(each.runbook.steps);
    return each !== file && each.file < file.file && !each.runbook.byName && mine !== undefined && theirs !== undefined && mine.verb === theirs.verb && mine.drTest === theirs.drTest && (mine.drType === null || theirs.drType === null || mine.drType === theirs.drType);
  });
  if (other && mine) yield found(mine, `The command '${mine.verb}${mine.drType === null ? '' : ` dr_type=${mine.drType}`}' is served by the runbook '${other.runbook.name}' already.`, `Write 'by_name: true' in one of them; it is then started with: run runbook ${file.runbook.name}`);
};

function mainOf(steps: readonly RunbookStep[]): Extract<RunbookStep, { kind: 'verb' }> | undefined {
  const verbs = allSteps(steps).flatMap((step) => (step.kind === 'verb' ? [step] : []));
  return verbs.find(isChangingVerb) ?? verbs.at(-1);
}
