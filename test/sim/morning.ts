import type { Tenant } from '../../src/core/estate.js';
import type { Millis, RunId } from '../../src/core/names.js';
import type { RunState } from '../../src/core/run-state.js';
import { lineOf, type Ask } from './acts/people.js';
import { hasInside } from './estates.js';
import type { Night } from './night.js';
import { patienceMs, quietMs } from './times.js';

const roundsMax = 8;
const bootMaxMs: Millis = 100_000;

/** Nothing fails any more. Soon everything is over or waits for people who are named; what they say ends it; and from wherever that is, permitted verbs lead back to an ordinary day. */
export async function untilMorning(night: Night): Promise<void> {
  night.unspoil();
  await night.mend('all');
  for (let slot = 0; slot < night.slots; slot++) {
    night.process(slot).cutOff.clear();
    night.process(slot).thaw();
    if (night.process(slot).dead) await night.boot(slot);
  }
  await night.world('configure', night.estate);
  if (hasInside(night.estate)) await night.say('ana', 'start automation');
  await night.pass(10_000);
  await night.rest(patienceMs);
  await night.pass(quietMs);
  await nobodyWaitsForNobody(night);
  await peopleSeeToIt(night);
  night.oracle.quiet();
  await backToAnOrdinaryDay(night);
}

/** Eventually (invariant 29). */
async function nobodyWaitsForNobody(night: Night): Promise<void> {
  const open = await night.open();
  const { state } = await night.node(0);
  const waits = ({ status, held, parked, plan }: RunState): boolean => status === 'proposed' || held !== null || (parked !== null && parked.next.includes(plan.run));
  const queued = (id: RunId): boolean => state.locks.waiting.some((request) => request.run === id) && open.some(waits);
  for (const run of open) if (!waits(run) && !queued(run.plan.run)) night.oracle.broke('29-waits-for-nobody', `${run.plan.run} is ${run.status} and waits for nobody`);
}

async function peopleSeeToIt(night: Night): Promise<void> {
  for (let round = 0; round < 6; round++) {
    const open = (await night.open()).filter(({ status }) => status !== 'proposed');
    if (open.length === 0) return;
    for (const { plan: { run: id } } of open) for (const who of ['ana', 'ben', 'chris']) await night.say(who, round < 3 ? `resume ${id}` : `cancel ${id} force=yes`);
    await night.rest(patienceMs);
  }
  for (const { plan, status } of await night.open()) if (status !== 'proposed') night.oracle.broke('29-waits-for-nobody', `${plan.run} is ${status}, whatever people say`);
}

/** A way out exists from every state that is reached (invariant 28): what is open is worked off with the verbs that Lifeboat names, and then each VM runs once, where its group is, mirrored and verified. */
async function backToAnOrdinaryDay(night: Night): Promise<void> {
  for (let round = 0; round < roundsMax; round++) {
    const todo = night.estate.tenants.flatMap((tenant, at) => needed(tenant, night).map((what) => ({ ...what, tenant: at })));
    if (todo.length === 0) return;
    for (const asked of todo) {
      await night.say('ana', lineOf(night.estate, asked), round);
      for (const { plan } of (await night.open()).filter(({ status }) => status === 'proposed')) for (const who of ['ben', 'chris', 'ana']) await night.say(who, `approve ${plan.run}${plan.gate.attest === null ? '' : ` attest=${plan.gate.attest}`}`, round);
      await night.rest(patienceMs);
    }
    await peopleSeeToIt(night);
    await atTheMachine(night);
  }
  for (const tenant of night.estate.tenants) for (const { what, because } of needed(tenant, night)) night.oracle.broke('28-no-way-out', `${tenant.name} still needs ${what} after ${roundsMax} rounds: ${because}`);
}

/**
 * What no verb can do yet: a VM that lies at its own site, powered off by a command that came late, with nothing left behind by a move. Somebody starts it at the HMC.
 * Where `restart` is a verb, it is what people ask for: see `insideNeeded`.
 */
async function atTheMachine(night: Night): Promise<void> {
  const { state } = await night.node(0);
  if (!hasInside(night.estate)) for (const { vm, host, power, failed } of Object.values(night.seen.instances)) {
    const movedAway = ['MOVING', 'MOVE_FAILED'].includes(state.vms.get(vm)?.state ?? '');
    const { hmcs, name: site } = night.estate.sites.find(({ hosts }) => hosts.some(({ name }) => name === host))!;
    const group = night.estate.tenants.flatMap(({ vms }) => vms).find(({ name }) => name === vm)!.hostGroup;
    if (power === 'off' && !failed && !movedAway && night.oracle.production(group) === site && night.seen.groups[group]!.copies[site]!.writable) void night.world('start', hmcs[0]!.name, host, vm, `by hand ${night.handed()}`).catch(() => undefined);
  }
  await night.pass(bootMaxMs);
}

interface Needed { readonly what: Ask; readonly back: boolean; readonly because: string; readonly which?: number }

/** What an operator would ask for, who looks at the machines and at what Lifeboat says is left to do. */
function needed(tenant: Tenant, night: Night): Needed[] {
  const { instances } = night.seen;
  const groups = tenant.hostGroups.map(({ name }) => ({ name, site: night.oracle.production(name) }));
  const hostsOf = (site: string): string[] => night.estate.sites.find(({ name }) => name === site)!.hosts.map(({ name }) => name);
  const found: Needed[] = [];
  const at = (vm: string, site: string) => Object.values(instances).filter((instance) => instance.vm === vm && !instance.shape.rehearsal && hostsOf(site).includes(instance.host));
  for (const { name, site } of groups) {
    const back = site === tenant.backupSite;
    const other = back ? tenant.homeSite : tenant.backupSite;
    const vms = tenant.vms.filter(({ hostGroup }) => hostGroup === name).map(({ name: vm }) => vm);
    const down = vms.filter((vm) => !at(vm, site).some(({ power }) => power === 'on'));
    const left = vms.filter((vm) => at(vm, other).length > 0);
    // Lifeboat may not know what a cancelled run has done: whoever wonders looks first.
    if (down.length > 0) found.push({ what: 'discover', back, because: `${name} may be elsewhere` }, { what: 'discover', back: !back, because: `${name} may be elsewhere` });
    if (left.length > 0 || night.oracle.isPending(name, 'cleanup', other)) found.push({ what: 'cleanup', back: !back, because: `${left.join(', ') || 'nothing any more'} at ${other}` });
    if (down.length > 0) found.push({ what: 'recover', back: !back, because: `${down.join(', ')} not running at ${site}` });
    if (hasInside(night.estate)) found.push(...insideNeeded(tenant, night, name, site, back));
    if (night.seen.groups[name]!.link !== 'SYNC') found.push({ what: 'resync', back: !back, because: `${name} is ${night.seen.groups[name]!.link}` });
  }
  return found.filter((each, index) => found.findIndex(({ what, back, which }) => what === each.what && back === each.back && which === each.which) === index);
}

/** Of a rehearsal nothing stays; a VM whose system does not work, or that lies at its site, is restarted there; and what a restart left on a host is cleaned up. */
function insideNeeded({ vms, hostGroups, homeSite, backupSite }: Tenant, night: Night, group: string, site: string, back: boolean): Needed[] {
  const { instances, groups } = night.seen;
  const found: Needed[] = [];
  const hosts = night.estate.sites.find(({ name }) => name === site)!.hosts.map(({ name }) => name);
  const members = vms.filter(({ hostGroup }) => hostGroup === group).map(({ name }) => name);
  const tests = Object.values(instances).filter(({ vm, shape }) => shape.rehearsal && members.includes(vm)).map(({ lpar }) => lpar);
  const clones = [homeSite, backupSite].filter((each) => groups[group]!.copies[each]!.clone !== null);
  if (tests.length + clones.length > 0) found.push({ what: 'end-rehearsal', back, because: `of a rehearsal is left: ${[...tests, ...clones.map((each) => `a clone at ${each}`)].join(', ')}` });
  for (const [which, { name }] of vms.entries()) {
    const here = Object.values(instances).filter(({ lpar, host }) => lpar === name && hosts.includes(host));
    const ill = here.length > 0 && !here.some(({ power, health }) => power === 'on' && health.state === 'ok');
    if (ill && members.includes(name)) found.push({ what: 'restart', back, which, because: `${name} does not work at ${site}` });
  }
  for (const [which, host] of hostGroups[0]!.hosts.entries()) {
    const left = Object.values(instances).find((each) => each.host === host && each.restartedTo !== null);
    if (left) found.push({ what: 'cleanup-host', back, which, because: `${left.lpar} was restarted away from ${host}` });
  }
  return found;
}
