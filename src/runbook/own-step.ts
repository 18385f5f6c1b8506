import type { Operation } from '../core/plan.js';
import { definitionOf } from '../core/waiver.js';
import type { Json, Millis } from '../core/names.js';
import type { State } from '../core/state.js';
import type { PlanRefusal } from '../ports/controller.js';
import { conditionWords, filled, type Condition } from './condition.js';
import { inWords } from './duration.js';
import { fill, type Placeholders } from './placeholders.js';
import type { Runbook, RunbookStep } from './runbook.js';

/** A step that the runbook itself does, beside the controller's. */
export type OwnStep = Exclude<RunbookStep, { kind: 'verb' | 'parallel' | 'foreach' | 'when' | 'call' }>;
/** No plan can be made, and why. */
export class Refused extends Error { constructor(readonly refusal: PlanRefusal) { super(refusal.what); } }

interface Times { readonly estimateMs: Millis; readonly timeoutMs: Millis; readonly attempts: number; readonly mutates: boolean }
interface Context { readonly operation: Operation; readonly state: State; readonly runbook: Runbook; readonly known: Placeholders }
interface Body { readonly says: string; readonly args: { readonly [key: string]: Json }; readonly base: Times }

const minute: Millis = 60_000;
const model = {
  approval: { estimateMs: 5 * minute, timeoutMs: 30 * minute, attempts: 1, mutates: false },
  ask: { estimateMs: 5 * minute, timeoutMs: 30 * minute, attempts: 1, mutates: false },
  notify: { estimateMs: 0, timeoutMs: minute, attempts: 2, mutates: false },
  wait: { estimateMs: minute, timeoutMs: 30 * minute, attempts: 1, mutates: false },
  check: { estimateMs: 2_000, timeoutMs: 2 * minute, attempts: 3, mutates: false },
  action: { estimateMs: 2_000, attempts: 1 },
} as const;

/** Words, arguments and times of one step. @throws Refused */
export function ownBody(step: OwnStep, context: Context): Body {
  const { known } = context;
  switch (step.kind) {
    case 'approval': {
      const text = fill(step.text, known);
      return { says: `wait for ${step.people === 1 ? 'one more approval' : `${step.people} more approvals`} (${step.role}): ${text}`, args: { people: step.people, role: step.role, text }, base: model.approval };
    }
    case 'ask': {
      const text = fill(step.text, known);
      return { says: `wait for a person (${step.role}) who does and confirms: ${text}`, args: { role: step.role, text, form: step.form.map((field) => ({ ...field })) }, base: model.ask };
    }
    case 'notify': {
      const text = fill(step.text, known);
      return { says: `tell the ${step.to}: ${text}`, args: { to: step.to, text }, base: model.notify };
    }
    case 'wait': return waiting(step, known);
    case 'check': {
      const condition = filled(step.condition, known);
      return { says: `check that ${conditionWords(condition)}`, args: { condition: asJson(condition) }, base: model.check };
    }
    default: return action(step, context);
  }
}

function waiting(step: Extract<OwnStep, { kind: 'wait' }>, known: Placeholders): Body {
  const wanted = step.for;
  if (wanted.kind === 'time') return { says: `wait ${inWords(wanted.ms)}`, args: { ms: wanted.ms }, base: { ...model.wait, estimateMs: wanted.ms, timeoutMs: wanted.ms + minute } };
  const limit = inWords(step.timeoutMs ?? model.wait.timeoutMs);
  if (wanted.kind === 'event') return { says: `wait for the event ${wanted.event}, at most ${limit}`, args: { event: wanted.event }, base: model.wait };
  const condition = filled(wanted.condition, known);
  return { says: `wait until ${conditionWords(condition)}, at most ${limit}`, args: { condition: asJson(condition) }, base: model.wait };
}

const asJson = (condition: Condition): Json => JSON.parse(JSON.stringify(condition)) as Json;

/** What an action is given: nothing that a shell, an address, JSON or a program's options could take for more than a word. */
const safeParameter = /^(?!-)(?!\.$)(?!.*\.\.)[A-Za-z0-9._:@/-]{1,200}$/;

function action(step: Extract<OwnStep, { kind: 'http' | 'ssh' | 'command' }>, { operation, state, runbook, known }: Context): Body {
  const refuse = (what: string, next: string): Refused => new Refused({ code: 'action', what: `Step ${step.id} of runbook ${runbook.name}: ${what}`, next, command: null });
  const allowed = state.estate?.actions?.find((each) => each.name === step.action && each.kind === step.kind);
  if (!allowed) throw refuse(`the estate allows no ${step.kind} action '${step.action}'.`, 'Add it to the estate file under actions, then: lifeboat estate apply FILE');
  if (allowed.tenants !== 'all' && !allowed.tenants.includes(operation.tenant)) throw refuse(`the action '${allowed.name}' is not allowed for ${operation.tenant}.`, 'Add the tenant to the action in the estate file, then: lifeboat estate apply FILE');
  const parameters = Object.fromEntries(Object.entries(step.parameters).map(([name, value]) => [name, fill(value, known)]));
  const wrong = [
    ...allowed.parameters.filter((name) => parameters[name] === undefined).map((name) => `'${name}' is missing`),
    ...Object.keys(parameters).filter((name) => !allowed.parameters.includes(name)).map((name) => `'${name}' is not known`),
    ...Object.entries(parameters).filter(([, value]) => !safeParameter.test(value)).map(([name]) => `'${name}' holds something else than letters, digits and . _ : @ / -, or begins with -, or has .. in it`),
  ];
  if (wrong.length > 0) throw refuse(`parameters of '${allowed.name}': ${wrong.join(', ')}.`, `It takes: ${allowed.parameters.join(', ') || 'none'}. Correct the runbook.`);
  const listed = Object.entries(parameters).map(([name, value]) => `${name}=${value}`).join(', ');
  return {
    says: `${step.kind === 'http' ? 'call' : 'run'} ${allowed.name}${listed === '' ? '' : ` (${listed})`}`, args: { action: allowed.name, parameters, definition: definitionOf(allowed) },
    base: { ...model.action, timeoutMs: allowed.timeoutMs, mutates: allowed.effect !== 'none' },
  };
}
