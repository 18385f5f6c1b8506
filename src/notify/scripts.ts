import { eventKey, type DrEvent } from '../core/dr-event.js';
import { tenantsAtSite, type ExternalAction, type Tenant } from '../core/estate.js';
import type { JournalEntry } from '../core/event.js';
import { notifyParameters } from '../core/hooks.js';
import type { Millis } from '../core/names.js';
import { systemOf } from '../core/policies.js';
import type { State } from '../core/state.js';
import type { Clock } from '../ports/clock.js';
import type { ExternalActions } from '../ports/external-actions.js';
import type { OnceStore } from '../ports/once.js';
import type { LiveState } from '../ports/state.js';
import type { Incidents } from './incidents.js';

/** Longer than any node needs to see an entry that another one has seen. */
const onceMs: Millis = 86_400_000;

export interface NotifyScriptParts { readonly live: LiveState; readonly once: Pick<OnceStore, 'first'>; readonly incidents: Incidents; readonly actions: ExternalActions; readonly clock: Clock; readonly log: (message: string, detail: object) => void }
interface Due { readonly tenant: Tenant; readonly action: ExternalAction; readonly event: DrEvent; readonly seq: number }

/**
 * `add notify script=ACTION event=EVENT` (reference/ksys.md section 8): an event starts an action of the estate, once, on one node. The script's own end is an event, too:
 * SCRIPT_FAILURE_EVENT opens an incident, SCRIPT_SUCCESS_EVENT ends it.
 */
export function startNotifyScripts(parts: NotifyScriptParts): () => void {
  return parts.live.onEntries((entries) => {
    for (const each of due(entries, parts.live.current)) void start(parts, each).catch((error: unknown) => { parts.log('a notify script was not run', { script: each.action.name, event: each.event.name, cause: error instanceof Error ? error.message : String(error) }); });
  });
}

/** Scripts of every cluster that the event is about; what happens at a shared site is about all that use it. */
export function due(entries: readonly JournalEntry[], state: State): Due[] {
  const { estate } = state;
  if (!estate) return [];
  return entries.flatMap(({ event: entry, seq }) => {
    // What a script says of itself starts none: a failing one would go on for ever.
    if (entry.type !== 'event.raised' || entry.event.name.startsWith('SCRIPT_')) return [];
    const { event } = entry;
    const tenants = event.tenant === null ? (event.site === null ? [] : tenantsAtSite(estate, event.site)) : estate.tenants.filter(({ name }) => name === event.tenant);
    return tenants.flatMap((tenant) => (tenant.notifyScripts ?? []).filter((script) => script.event === event.name).flatMap((script) => {
      const action = estate.actions?.find(({ name }) => name === script.action);
      return action ? [{ tenant, action, event, seq }] : [];
    }));
  });
}

async function start({ live, once, incidents, actions, clock }: NotifyScriptParts, { tenant, action, event, seq }: Due): Promise<void> {
  const key = `notify-script:${seq}:${tenant.name}:${action.name}`;
  if (!(await once.first(key, onceMs))) return;
  const { customScriptTimeoutMs } = systemOf(tenant);
  const rate = live.current.estate?.clockRate ?? 1;
  const timeoutMs = (customScriptTimeoutMs > 0 ? customScriptTimeoutMs : action.timeoutMs) / rate;
  const outcome = await actions.run({ ...action, timeoutMs }, parametersOf(action, tenant, event), key, AbortSignal.timeout(timeoutMs));
  const own = `${action.name} of ${tenant.name}`;
  const at = clock.now();
  const failure = eventKey('SCRIPT_FAILURE_EVENT', own);
  const evidence = [{ saw: outcome.saw, by: action.name, at }];
  const said: Omit<DrEvent, 'name' | 'severity' | 'description' | 'key'> = { entityClass: 'system', entity: own, uuid: null, tenant: tenant.name, site: null, occurredAt: at, source: 'engine', evidence };
  if (outcome.kind === 'succeeded') {
    await incidents.resolve(failure, evidence);
    await incidents.raise({ ...said, name: 'SCRIPT_SUCCESS_EVENT', severity: 'info', description: `The script ${action.name} ran after ${event.name} of ${event.entity}.`, key: eventKey('SCRIPT_SUCCESS_EVENT', own) });
  } else await incidents.raise({ ...said, name: 'SCRIPT_FAILURE_EVENT', severity: 'critical', description: `The script ${action.name}, which ${event.name} of ${event.entity} started, ${outcome.kind === 'failed' ? 'failed' : 'gave no answer'}: ${outcome.saw}`, key: failure });
}

/** What the action wants to know; a value that no program or address may hold loses what is wrong with it. */
function parametersOf(action: ExternalAction, tenant: Tenant, event: DrEvent): { readonly [name: string]: string } {
  const known: Record<(typeof notifyParameters)[number], string> = { event: event.name, type: event.severity, entity: event.entityClass, resource: event.entity, tenant: tenant.name, site: event.site ?? 'none' };
  return Object.fromEntries(action.parameters.map((name) => [name, ((known as Record<string, string | undefined>)[name] ?? 'none').replaceAll(/[^\w.:@/-]|\.\./g, '_').replace(/^-/, '_')]));
}
