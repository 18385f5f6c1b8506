import type { Clock } from '../ports/clock.js';
import type { Controller, PlanResult, StepContext, StepResult } from '../ports/controller.js';
import { DriverError, rehearsalName } from '../ports/world.js';
import { hostGroupOf, type Estate } from '../core/estate.js';
import { hostsOfGroupAt } from '../core/placement.js';
import type { Operation, Plan, Step } from '../core/plan.js';
import type { State } from '../core/state.js';
import { planCleanup, planHostCleanup, planRecover, planResync, type Leftover } from './planners/after.js';
import { planDiscover, planVerify } from './planners/check.js';
import { planPlannedMove, planUnplannedMove, undoMove, type SourceSeen } from './planners/move.js';
import { isMirrored } from '../core/policies.js';
import { planRehearsal, planRehearsalCleanup, rehearsalHosts, type TestLeft } from './planners/rehearsal.js';
import { planLpm, planRestart, vmsOfOperation, type SiteSeen } from './planners/restart.js';
import { placeOf, scopeOf, type Scope } from './planners/scope.js';
import { observe } from './observe.js';
import { isLive, lparOn, observeGroup, observeHost, said, type World } from './site-access.js';
import { settle, type StepWorld } from './step-kind.js';
import { stepKinds } from './steps/index.js';

/** The built-in controller: what KSYS does, over the hypervisor and storage ports. */
export function createEngine({ hypervisor, storage, clock }: World & { readonly clock: Clock }): Controller {
  const world: World = { hypervisor, storage };
  const stepWorld = (state: State): StepWorld => ({ ...world, estate: requireEstate(state), now: () => clock.now() });
  const run = (how: 'act' | 'check') => (step: Step, plan: Plan, context: StepContext): Promise<StepResult> => settle(step, async () => {
    const kind = stepKinds[step.kind];
    if (!kind) throw new DriverError('refused', `This engine knows no step '${step.kind}'.`);
    return kind[how](step, plan, stepWorld(context.state), context);
  });
  return {
    name: 'built-in engine',
    do: run('act'),
    check: run('check'),
    undo: undoMove,
    plan: (operation, state, signal) => plan(world, clock, operation, state, signal),
    observe: (state, _now, signal, mayBeOver) => observe(world, requireEstate(state), state, clock, signal, mayBeOver),
  };
}

function requireEstate(state: State): Estate {
  if (!state.estate) throw new DriverError('refused', 'No estate has been imported yet.');
  return state.estate;
}

async function plan(world: World, clock: Clock, operation: Operation, state: State, signal: AbortSignal): Promise<PlanResult> {
  const scope = scopeOf(requireEstate(state), state, operation);
  try {
    switch (operation.verb) {
      case 'discover': return planDiscover(scope);
      case 'verify': return planVerify(scope);
      case 'move': {
        const targets = await Promise.all(hostsAt(scope, operation.to).map((host) => observeHost(world, scope.estate, host, signal)));
        const down = targets.find((host) => host.power !== 'Operating');
        if (down) return { ok: false, refusal: { code: 'target-down', what: `Host ${down.host} at ${operation.to} is ${down.power}: it cannot take VMs.`, next: 'Bring the target host back first, then ask again.', command: `query host ${down.host}` } };
        if (operation.drTest) return planRehearsal(scope);
        const seen = await lookAtHosts(world, clock, scope, hostsAt(scope, operation.from), signal);
        return operation.drType === 'unplanned' ? planUnplannedMove(scope, seen) : planPlannedMove(scope, seen);
      }
      case 'cleanup':
        if (operation.drTest) return planRehearsalCleanup(scope, ...(await lookForTests(world, scope, signal)));
        return operation.scope.class === 'host' ? planHostCleanup(scope, await observeHost(world, scope.estate, operation.scope.name, signal)) : planCleanup(scope, await lookForLeftovers(world, scope, signal));
      case 'recover': return planRecover(scope);
      case 'resync': return planResync(scope, await lookForDivergence(world, scope, signal));
      case 'restart': return planRestart(scope, await lookAtSite(world, clock, scope, signal));
      case 'lpm':
      case 'restore': return planLpm(scope, await lookAtSite(world, clock, scope, signal));
    }
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return { ok: false, refusal: { code: 'cannot-look', what: `The plan needs a look at the site, and that failed: ${error.message}`, next: `Bring it back first, then ask again.`, command: 'query system status' } };
  }
}

const hostsAt = (scope: Scope, site: string): string[] => [...new Set(scope.groups.flatMap(({ vms }) => vms.map((vm) => placeOf(scope, vm, site))))];

/** How sure is anybody that the source is down? Silence is `unreachable`, which is not `off` (invariant 6). */
function lookAtHosts(world: World, clock: Clock, scope: Scope, hosts: readonly string[], signal: AbortSignal): Promise<SourceSeen[]> {
  return Promise.all(hosts.map(async (host): Promise<SourceSeen> => {
    try {
      const seen = await observeHost(world, scope.estate, host, signal);
      return { host, standing: seen.power === 'Power Off' ? 'confirmed-off' : seen.power === 'Operating' ? 'operating' : 'unreachable', evidence: seen.evidence };
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      return { host, standing: 'unreachable', evidence: said(`host ${host} cannot be seen: ${error.message}`, 'Lifeboat', clock.now()) };
    }
  }));
}

/** Every host that the VMs may run on at their site; and those that they leave. Who cannot be seen is left out, and told as such. */
async function lookAtSite(world: World, clock: Clock, scope: Scope, signal: AbortSignal): Promise<SiteSeen> {
  const vms = vmsOfOperation(scope);
  const members = [...new Set(vms.flatMap((vm) => hostsOfGroupAt(scope.tenant, hostGroupOf(scope.tenant, vm), scope.operation.from)))];
  const seen = await Promise.all(members.map((host) => observeHost(world, scope.estate, host, signal).catch((error: unknown) => {
    if (error instanceof DriverError) return null;
    throw error;
  })));
  if (seen.every((host) => host === null)) throw new DriverError('unreachable', `no HMC of ${scope.operation.from} answers`);
  return { hosts: seen.filter((host) => host !== null), sources: await lookAtHosts(world, clock, scope, [...new Set(vms.map((vm) => scope.state.vms.get(vm.name)!.host!))], signal) };
}

/** What a rehearsal has left: test VMs by host, and groups with a clone. */
async function lookForTests(world: World, scope: Scope, signal: AbortSignal): Promise<[TestLeft[], string[]]> {
  const { to: site } = scope.operation;
  const hosts = await Promise.all(rehearsalHosts(scope, scope.groups.flatMap(({ vms }) => vms), site).map((host) => observeHost(world, scope.estate, host, signal)));
  const tests = scope.groups.flatMap(({ vms }) => vms.flatMap((vm) => hosts.flatMap((host): TestLeft[] => { const lpar = lparOn(host, rehearsalName(vm.name)); return lpar ? [{ vm: vm.name, host: host.host, live: isLive(host, lpar) }] : []; })));
  const clones = await Promise.all(scope.groups.map(async ({ group }) => ((await observeGroup(world, scope.estate, group, site, signal)).clone === null ? [] : [group])));
  return [tests, clones.flat()];
}

async function lookForLeftovers(world: World, scope: Scope, signal: AbortSignal): Promise<Leftover[]> {
  const site = scope.operation.from;
  // Inside its site a VM may have been restarted or moved live before the group left: it may be on any host of its group.
  const hosts = [...new Set(scope.groups.flatMap(({ vms }) => vms.flatMap((vm) => hostsOfGroupAt(scope.tenant, hostGroupOf(scope.tenant, vm), site))))];
  const seen = await Promise.all(hosts.map((host) => observeHost(world, scope.estate, host, signal)));
  return scope.groups.flatMap(({ group, vms }) => (scope.state.groups.get(group)!.activeSite === site ? [] : vms.filter(isMirrored).flatMap((vm) => seen.flatMap((host): Leftover[] => {
    const lpar = lparOn(host, vm.name);
    return lpar ? [{ vm: vm.name, host: host.host, live: isLive(host, lpar), evidence: said(`${vm.name} on ${host.host}: ${lpar.state}`, host.evidence.by, host.evidence.at) }] : [];
  }))));
}

function lookForDivergence(world: World, scope: Scope, signal: AbortSignal) {
  return Promise.all(scope.groups.map(async ({ group }) => {
    const seen = await observeGroup(world, scope.estate, group, scope.operation.from, signal);
    return { group, writes: seen.divergentWrites, evidence: said(`${seen.evidence.saw}, ${seen.divergentWrites} writes that only it has`, seen.evidence.by, seen.evidence.at) };
  }));
}
