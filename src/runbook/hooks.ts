import { groupOfVm, tenantOf, type HookScript, type Tenant } from '../core/estate.js';
import { hookEntities } from '../core/hooks.js';
import { systemOf } from '../core/policies.js';
import type { PlanDraft, Step } from '../core/plan.js';
import type { State } from '../core/state.js';
import { definitionOf } from '../core/waiver.js';

/** The steps of a plan that each moment stands around (reference/ksys.md 3.6). pre_verify and post_verify stand around discovery, too. */
const around: Record<string, readonly string[]> = {
  verify: ['verify-vm', 'discover-vm'], discovery: ['discover-vm'], offline: ['stop-vm', 'try-stop-vm', 'ha-stop-vm'], online: ['start-vm', 'restart-vm'], network_configuration: ['define-vm'], storage_replication: ['reverse-group', 'fail-over-group', 'resync-group'],
};
/** The customer's scripts become steps: what comes before waits for them and stops where one fails, what comes after is only warned of (reference/ksys.md 3.6). */
export function withHooks(draft: PlanDraft, state: State): PlanDraft {
  const tenant = state.estate ? tenantOf(state.estate, draft.operation.tenant) : undefined;
  const scripts = (tenant?.scripts ?? []).filter(({ hook, entity }) => hookEntities[hook].includes(entity));
  if (!tenant || scripts.length === 0 || draft.operation.drTest) return draft;
  let { steps } = draft;
  for (const script of scripts) steps = insert(steps, script, tenant, draft, state);
  return steps === draft.steps ? draft : { ...draft, steps };
}

function insert(steps: readonly Step[], script: HookScript, tenant: Tenant, draft: PlanDraft, state: State): readonly Step[] {
  const [when, moment] = [script.hook.slice(0, script.hook.indexOf('_')), script.hook.slice(script.hook.indexOf('_') + 1)];
  const inner = steps.filter((step) => around[moment]!.includes(step.kind) && concerns(script, step, tenant, draft));
  const action = state.estate!.actions?.find((each) => each.name === script.action);
  if (inner.length === 0 || !action) return steps;
  const ids = new Set(inner.map((step) => step.id));
  const known: Record<string, string> = { site: draft.operation.from, from: draft.operation.from, to: draft.operation.to, vm: script.entity === 'vm' ? script.name : '', group: script.entity === 'host_group' || script.entity === 'workgroup' ? script.name : '' };
  const { customScriptTimeoutMs } = systemOf(tenant);
  const hook: Step = {
    id: `hook:${script.hook}:${script.entity}:${script.name}`, kind: action.kind, says: `run ${script.hook} of ${script.entity} ${script.name}: ${action.name}`, entity: { class: 'script', name: `${script.hook} ${script.name}` },
    args: { action: action.name, definition: definitionOf(action), parameters: Object.fromEntries(action.parameters.map((name) => [name, known[name] ?? ''])) },
    after: when === 'pre' ? [...new Set(inner.flatMap((step) => step.after))].filter((id) => !ids.has(id)) : [...ids], slots: [], irreversible: false, mutates: action.effect !== 'none', rank: 0,
    timeoutMs: customScriptTimeoutMs > 0 ? customScriptTimeoutMs : action.timeoutMs, estimateMs: 5_000, attemptsMax: 1, onFailure: when === 'pre' ? 'stop' : 'warn', ...(when === 'post' ? { whatever: true as const } : {}),
  };
  if (when === 'post') return [...steps, hook];
  const first = steps.findIndex((step) => ids.has(step.id));
  const waiting = steps.map((step) => (ids.has(step.id) ? { ...step, after: [...step.after, hook.id] } : step));
  return [...waiting.slice(0, first), hook, ...waiting.slice(first)];
}

function concerns({ entity, name }: HookScript, step: Step, tenant: Tenant, { operation }: PlanDraft): boolean {
  if (entity === 'site') return name === operation.from || name === operation.to;
  if (entity === 'vm') return step.args.vm === name;
  const vm = tenant.vms.find((each) => each.name === step.args.vm);
  const group = vm ? groupOfVm(tenant, vm) : step.args.group;
  return entity === 'workgroup' ? group === name : group === name || vm?.hostGroup === name;
}
