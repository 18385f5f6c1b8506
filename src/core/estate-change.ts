import type { Estate } from './estate.js';
import { vanishing, type Vanishing } from './estate-diff.js';
import { isTerminal, type RunState } from './run-state.js';
import type { State } from './state.js';

/** Why an estate cannot take the place of the one in use: what stands against it, and what to do. */
export interface EstateRefusal { readonly code: string; readonly what: string; readonly next: string; readonly command: string | null }

export type ChangedBy = 'file' | 'command';
interface ChangeWords { readonly has: string; readonly makes: string; readonly leave: string; readonly again: string }
const changeWords: Record<ChangedBy, ChangeWords> = {
  file: { has: 'the file has', makes: 'the file makes', leave: 'in the file', again: 'apply the file again' }, command: { has: 'the change leaves', makes: 'the change makes', leave: 'as it is', again: 'send the command again' },
};

/** Everything that stands against a change of the estate now. Pure; asked again right before it is written. */
export function refuseChange(state: State, after: Estate, by: ChangedBy = 'file'): EstateRefusal | null {
  const before = state.estate!;
  return birthRight(before, after) ?? nobodyLeft(after) ?? lostGround(state, after, changeWords[by]) ?? usedByRuns(state, vanishing(before, after), changeWords[by]);
}

/** What an estate is from its first import on. */
function birthRight(before: Estate, after: Estate): EstateRefusal | null {
  const own = 'Give it a Lifeboat of its own, with another data folder or database: LIFEBOAT_VAR=./other LIFEBOAT_ESTATE=FILE npm start';
  if (before.simulated !== after.simulated) {
    return { code: 'simulated', what: after.simulated ? `The estate in use is real, and the file says 'simulated: true'. That would let anybody act as anybody, and inject failures, where real machines stand.` : `The estate in use is simulated, and the file says it is real. What happened in a simulation must not count as the past of real machines.`, next: own, command: null };
  }
  if (before.clockRate !== after.clockRate) return { code: 'clock-rate', what: `The clock of the simulated estate has run at ${before.clockRate} times real speed from its beginning; the file says ${after.clockRate}.`, next: `Leave clock_rate at ${before.clockRate}. ${own}`, command: null };
  return null;
}

function nobodyLeft(after: Estate): EstateRefusal | null {
  if (after.people.some((person) => person.tenants === 'all' && person.roles.includes('operator'))) return null;
  return { code: 'nobody-left', what: 'In the file, none of the provider\'s people (tenants: all) has the role operator: nobody could change the estate again.', next: 'Give one of them the role operator.', command: null };
}

/** Groups stay where they are active and VMs where they run: a file cannot move them. */
function lostGround(state: State, after: Estate, { has, makes, leave }: ChangeWords): EstateRefusal | null {
  for (const tenant of after.tenants) {
    for (const { name } of tenant.hostGroups) {
      const group = state.groups.get(name);
      if (!group || group.activeSite === tenant.homeSite || group.activeSite === tenant.backupSite) continue;
      return { code: 'active-elsewhere', what: `Host group ${name} is active at ${group.activeSite}, which ${makes} neither home nor backup site of ${tenant.name}.`, next: `Move it home first, or leave ${group.activeSite} ${leave}.`, command: `lifeboat query host_group ${name}` };
    }
    for (const { name } of tenant.vms) {
      const vm = state.vms.get(name);
      const known = after.sites.find((site) => site.name === vm?.site)?.hosts.some((host) => host.name === vm?.host);
      if (!vm || vm.host === null || vm.observedAt === null || vm.power === 'off' || known) continue;
      return { code: 'runs-there', what: `VM ${name} runs on ${vm.host} at ${vm.site}, and ${has} no such host.`, next: `Move the VM away first, or leave ${vm.host} ${leave}.`, command: `lifeboat query vm ${name}` };
    }
    const undone = tenant.hostGroups.flatMap(({ name }) => state.groups.get(name)?.pending ?? []).find((work) => work.site !== tenant.homeSite && work.site !== tenant.backupSite);
    if (undone) return { code: 'pending', what: `${undone.work} of ${undone.group} at ${undone.site} is still to do, and ${makes} that site no part of ${tenant.name} any more.`, next: 'Do it first.', command: 'lifeboat query pending' };
  }
  return null;
}

function usedByRuns(state: State, gone: readonly Vanishing[], { has, again }: ChangeWords): EstateRefusal | null {
  if (gone.length === 0) return null;
  const used = [...state.runs.values()].filter((run) => !isTerminal(run.status)).flatMap((run) => {
    const names = namesIn(run);
    const entities = gone.filter(({ name }) => names.has(name));
    return entities.length === 0 ? [] : [{ run: run.plan.run, status: run.status, entities }];
  });
  const [first] = used;
  if (!first) return null;
  const what = used.map(({ run, status, entities }) => `${run} (${status}) uses ${entities.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`).join('; ');
  return { code: 'in-use', what: `${what}. ${has[0]!.toUpperCase()}${has.slice(1)} ${used.flatMap(({ entities }) => entities).length === 1 ? 'that' : 'those'} no more, or as something else.`, next: `Wait until the run is over, or cancel it; then ${again}.`, command: `lifeboat query run ${first.run}` };
}

/** Every name that a run's plan speaks of, in whatever part of it. */
function namesIn({ plan }: RunState): Set<string> {
  const names = new Set<string>();
  const add = (value: unknown): void => {
    if (typeof value === 'string') names.add(value);
    else if (Array.isArray(value)) value.forEach(add);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(add);
  };
  add([plan.tenant, plan.operation, plan.vms, plan.steps.map(({ entity, args }) => [entity.name, args])]);
  return names;
}
