import type { StateChange } from '../../core/event.js';
import { groupOfVmNamed, protectionGroups, siteOfHost, type Estate } from '../../core/estate.js';
import type { Step } from '../../core/plan.js';
import { DriverError, rehearsalName, type HostSeen } from '../../ports/world.js';
import { agentAt, isLive, lparOn, observeGroup, observeHost, requireSiteOfHost, throughHmc } from '../site-access.js';
import { changing, done, notDone, reading, text, unknown, type StepWorld } from '../step-kind.js';
import { shapeAt } from './restart.js';
import type { StepContext } from '../../ports/controller.js';

const test = (step: Step, vm: string | null, state: Extract<StateChange, { kind: 'dr-test' }>['state']): StateChange =>
  ({ kind: 'dr-test', group: text(step, 'group'), vm, state, site: text(step, 'site'), hosts: Array.isArray(step.args.hosts) ? (step.args.hosts as string[]) : typeof step.args.host === 'string' ? [step.args.host] : [] });
const hmcDoes = (step: Step, world: StepWorld, act: (hmc: string) => Promise<void>): Promise<void> => throughHmc(requireSiteOfHost(world.estate, text(step, 'host')), act);
const testLpar = (seen: HostSeen, step: Step) => lparOn(seen, rehearsalName(text(step, 'vm')));
const look = (step: Step, world: StepWorld, { signal }: StepContext): Promise<HostSeen> => observeHost(world, world.estate, text(step, 'host'), signal);

/** A point-in-time copy of the replica (reference/ksys.md 4.6). From here on something has to be cleaned up, whatever becomes of it. */
export const cloneGroup = changing(
  async (step, _plan, world, { signal }) => {
    const group = text(step, 'group');
    const seen = await observeGroup(world, world.estate, group, text(step, 'site'), signal);
    return seen.clone !== null ? done([{ ...seen.evidence, saw: `${seen.evidence.saw}; a clone is there` }], [test(step, null, 'ACTIVE')]) : notDone(`Disk group ${group} has no clone at ${text(step, 'site')}.`, 'Look at the array: it may have no space left. Clean the rehearsal up, then rehearse again.', { retry: true, evidence: [seen.evidence], changes: [test(step, null, 'ACTIVE')] });
  },
  async (step, _plan, world, { signal, key, attempt }) => {
    await world.storage.clone(agentAt(world.estate, text(step, 'site')), text(step, 'group'), `${key}#${attempt}`, signal);
  },
);

export const defineTestVm = changing(
  async (step, _plan, world, context) => {
    const seen = await look(step, world, context);
    return testLpar(seen, step) ? done([seen.evidence], [test(step, text(step, 'vm'), 'ACTIVE')]) : notDone(`${rehearsalName(text(step, 'vm'))} is not defined on ${text(step, 'host')}.`, 'Look at the HMC, then clean the rehearsal up and rehearse again.', { retry: true, evidence: [seen.evidence] });
  },
  async (step, _plan, world, { signal, key, attempt }) => {
    const vm = text(step, 'vm');
    await hmcDoes(step, world, (hmc) => world.hypervisor.define(hmc, text(step, 'host'), vm, shapeAt(world, vm, text(step, 'host'), true), `${key}#${attempt}`, signal));
  },
);

/** Started only in the rehearsal network and on the clone: looked at before it is powered on (invariant 8). */
export const startTestVm = changing(
  async (step, _plan, world, context) => {
    const seen = await look(step, world, context);
    const lpar = testLpar(seen, step);
    if (lpar?.state === 'Running') return done([{ saw: `${lpar.vm} runs on ${seen.host}, VLAN ${lpar.vlan} on ${lpar.vswitch}`, by: seen.evidence.by, at: seen.evidence.at }], [test(step, text(step, 'vm'), 'ACTIVE_COMPLETED')]);
    if (lpar?.state === 'Starting') return unknown(`${lpar.vm} is still starting.`, [seen.evidence]);
    return notDone(`${rehearsalName(text(step, 'vm'))} does not run: it is ${lpar?.state ?? 'not defined'}.`, 'Look at its reference code, then clean the rehearsal up.', { retry: true, evidence: [seen.evidence], changes: [test(step, text(step, 'vm'), 'SHUTOFF')] });
  },
  async (step, _plan, world, context) => {
    const seen = await look(step, world, context);
    const lpar = testLpar(seen, step);
    const wanted = shapeAt(world, text(step, 'vm'), text(step, 'host'), true);
    if (lpar && (lpar.vlan !== wanted.vlan || lpar.vswitch !== wanted.vswitch)) throw new DriverError('refused', `${lpar.vm} stands in VLAN ${lpar.vlan} on ${lpar.vswitch}, not in the rehearsal network: it was not started.`);
    await hmcDoes(step, world, (hmc) => world.hypervisor.start(hmc, text(step, 'host'), rehearsalName(text(step, 'vm')), `${context.key}#${context.attempt}`, context.signal));
  },
);

export const stopTestVm = changing(
  async (step, _plan, world, context) => {
    const seen = await look(step, world, context);
    const lpar = testLpar(seen, step);
    if (lpar?.state === 'Shutting Down') return unknown(`${lpar.vm} is still shutting down.`, [seen.evidence]);
    return isLive(seen, lpar) ? notDone(`${rehearsalName(text(step, 'vm'))} still runs on ${seen.host}.`, 'Power it off at the HMC, then clean up again.', { retry: true, evidence: [seen.evidence] }) : done([seen.evidence], [test(step, text(step, 'vm'), 'SHUTOFF')]);
  },
  (step, _plan, world, { signal, key, attempt }) => hmcDoes(step, world, (hmc) => world.hypervisor.stop(hmc, text(step, 'host'), rehearsalName(text(step, 'vm')), 'immediate', `${key}#${attempt}`, signal)),
);

export const removeTestVm = changing(
  async (step, _plan, world, context) => {
    const seen = await look(step, world, context);
    return testLpar(seen, step) ? notDone(`${rehearsalName(text(step, 'vm'))} is still defined on ${seen.host}.`, 'Look at the HMC, then clean up again.', { retry: true, evidence: [seen.evidence] }) : done([seen.evidence]);
  },
  async (step, _plan, world, { signal, key, attempt }) => {
    await hmcDoes(step, world, (hmc) => world.hypervisor.remove(hmc, text(step, 'host'), rehearsalName(text(step, 'vm')), `${key}#${attempt}`, signal));
  },
);

export const removeClone = changing(
  async (step, _plan, world, { signal }) => {
    const seen = await observeGroup(world, world.estate, text(step, 'group'), text(step, 'site'), signal);
    return seen.clone === null ? done([{ ...seen.evidence, saw: `${seen.evidence.saw}; no clone` }]) : notDone(`The clone of disk group ${seen.group} is still there.`, 'Look at the array, then clean up again.', { retry: true, evidence: [seen.evidence] });
  },
  async (step, _plan, world, { signal, key, attempt }) => {
    await world.storage.removeClone(agentAt(world.estate, text(step, 'site')), text(step, 'group'), `${key}#${attempt}`, signal);
  },
);

/** Over when a fresh look finds neither test VM nor clone, not when nothing went wrong (invariants 17 and 33). */
export const closeRehearsal = reading(async (step, _plan, world, { signal }) => {
  const [group, site, vms] = [text(step, 'group'), text(step, 'site'), step.args.vms as string[]];
  const seen = await Promise.all((step.args.hosts as string[]).map((host) => observeHost(world, world.estate, host, signal)));
  const left = seen.flatMap((host) => host.lpars.filter((lpar) => vms.some((vm) => rehearsalName(vm) === lpar.vm)).map((lpar) => `${lpar.vm} on ${host.host}`));
  const storage = await observeGroup(world, world.estate, group, site, signal);
  if (storage.clone !== null) left.push(`a clone of ${group} at ${site}`);
  if (left.length > 0) return notDone(`Of the rehearsal is left: ${left.join(', ')}.`, 'Remove what is named, then clean up again.', { evidence: [...seen.map((host) => host.evidence), storage.evidence] });
  return done([...seen.map((host) => host.evidence), storage.evidence], [test(step, null, 'DRTESTCLEANUP_COMPLETED')]);
});

/** Every test VM of the hosts, and the clones under them, whoever's they are: in words nobody of another tenant is named (seeds/2). */
export const evictTests = changing(
  async (step, _plan, world, { signal }) => {
    const hosts = hostsOf(step);
    const { tests, clones, evidence } = await testsOn(hosts, world, signal);
    if (tests.length + clones.length === 0) return done([{ ...evidence, saw: `nothing of a rehearsal is on ${hosts.join(', ')}` }], hosts.map((host) => ({ kind: 'dr-test-evicted' as const, host })));
    return notDone(`${hosts.join(', ')} ${hosts.length === 1 ? 'is' : 'are'} still in use by a rehearsal.`, step.onFailure === 'warn' ? 'Capacity may be missing. Look at the HMC.' : 'Have that rehearsal cleaned up, then ask again.', { retry: true, evidence: [{ ...evidence, saw: `${tests.length} test VMs and ${clones.length} clones are there` }] });
  },
  async (step, _plan, world, { signal, key, attempt }) => {
    const { tests, clones } = await testsOn(hostsOf(step), world, signal);
    await Promise.all(tests.map(async ({ host, name, live }) => {
      const on = (act: (hmc: string) => Promise<void>): Promise<void> => throughHmc(requireSiteOfHost(world.estate, host), act);
      if (live) await on((hmc) => world.hypervisor.stop(hmc, host, name, 'immediate', `${key}#${attempt}/stop:${name}`, signal));
      await on((hmc) => world.hypervisor.remove(hmc, host, name, `${key}#${attempt}/remove:${name}`, signal));
    }));
    for (const { agent, group } of clones) await world.storage.removeClone(agent, group, `${key}#${attempt}/clone:${group}`, signal);
  },
);

const hostsOf = (step: Step): string[] => (step.args.hosts as string[]);
/** Test VMs on the hosts; and the clones at their site that no test VM on another host uses. */
async function testsOn(hosts: readonly string[], world: StepWorld, signal: AbortSignal) {
  const site = siteOfHost(world.estate, hosts[0]!)!;
  const seen = await Promise.all(site.hosts.map((host) => observeHost(world, world.estate, host.name, signal)));
  const all = seen.flatMap((host) => host.lpars.filter((lpar) => isTest(world.estate, lpar.vm)).map((lpar) => ({ host: host.host, name: lpar.vm, live: isLive(host, lpar) })));
  const used = new Set(all.filter(({ host }) => !hosts.includes(host)).flatMap(({ name }) => groupOfVmNamed(world.estate, baseName(name)) ?? []));
  const groups = world.estate.tenants.filter((tenant) => tenant.backupSite === site.name || tenant.homeSite === site.name).flatMap((tenant) => protectionGroups(tenant).map(({ name }) => name)).filter((group) => !used.has(group));
  const agent = agentAt(world.estate, site.name);
  const cloned = await Promise.all(groups.map(async (group) => ((await observeGroup(world, world.estate, group, site.name, signal)).clone === null ? [] : [{ agent, group }])));
  return { tests: all.filter(({ host }) => hosts.includes(host)), clones: cloned.flat(), evidence: seen.find((host) => host.host === hosts[0])!.evidence };
}
const baseName = (lpar: string): string => lpar.slice(0, -rehearsalName('').length);
const isTest = (estate: Estate, lpar: string): boolean => rehearsalName(baseName(lpar)) === lpar && groupOfVmNamed(estate, lpar) === undefined && groupOfVmNamed(estate, baseName(lpar)) !== undefined;
