import { groupOfVm, siteOfHost, type Tenant, type Vm } from '../../core/estate.js';
import type { SiteName } from '../../core/names.js';
import { isTerminal } from '../../core/run-state.js';
import { haMonitored, hasHaAt, systemOf, vmFailureAfterMs } from '../../core/policies.js';
import type { AgentSeen, LparSeen } from '../../ports/world.js';
import { isLive, said } from '../site-access.js';
import { failing, nothing, together, well, type Detector, type Findings, type Seen } from './condition.js';

const cpuMax = 90;
const adviseAfterMs = 60_000;

/** VMs, their applications and what their agents say of them, where HA watches them (seeds/5, reference/ksys.md 6.1). A VM that an operation has in its hands is left alone. */
export const machines: Detector = (seen) => {
  const busy = busyVms(seen);
  return together(seen.estate.tenants.flatMap((tenant) => tenant.vms.map((vm) => {
    const known = seen.state.vms.get(vm.name);
    if (!known || known.host === null || busy.has(vm.name) || known.ha.state === 'paused' || !hasHaAt(tenant, known.site) || !haMonitored(seen.estate, tenant, vm, known.host)) return nothing;
    const host = seen.look.hosts.get(known.host);
    const lpar = host?.power === 'Operating' ? host.lpars.find((each) => each.vm === vm.name) : undefined;
    return together([lpar ? ofVm(seen, tenant, vm, known.host, lpar) : nothing, lpar?.agent ? ofApps(seen, tenant, vm, known.host, lpar) : nothing, blocked(seen, tenant, vm, lpar)]);
  })));
};

/** In the hands of a run that changes something. */
function busyVms({ state }: Seen): Set<string> {
  return new Set([...state.runs.values()].filter((run) => run.startedAt !== null && !isTerminal(run.status) && !['discover', 'verify'].includes(run.plan.operation.verb) && run.plan.operation.drTest !== true).flatMap((run) => run.plan.vms));
}

/** Missed heartbeats, by vm_failure_detection_speed (seeds/5): always later than the failure of the host. Where no agent is heard nobody can tell. */
function ofVm(seen: Seen, tenant: Tenant, vm: Vm, host: string, lpar: LparSeen): Findings {
  const { look, estate } = seen;
  const key = `VM_FAILURE_DETECTED:${vm.name}`;
  const { agent } = lpar;
  const saw = () => [said(`${vm.name} on ${host}: ${lpar.state}${lpar.referenceCode === null ? '' : `, reference code ${lpar.referenceCode}`}${agent ? `, last heartbeat ${Math.round(agent.silentForMs / 1000)} s ago` : ''}`, 'host monitor', look.at)];
  const told = () => ({ name: 'VM_FAILURE_DETECTED', severity: 'critical' as const, entityClass: 'vm' as const, entity: vm.name, uuid: vm.uuid, tenant: tenant.name, site: siteOfHost(estate, host)!.name, description: `VM: ${vm.name} failure detected.`, evidence: saw() });
  if (lpar.state === 'Error') return failing(told(), look.at, vmFailureAfterMs(estate, tenant, vm, host));
  if (!agent) return nothing;
  if (agent.silentForMs === 0) return well(seen, key, saw);
  return agent.silentForMs >= vmFailureAfterMs(estate, tenant, vm, host) ? failing(told(), look.at, 0) : nothing;
}

/** RED after the agent's own restarts (seeds/5). Green and yellow are healthy; gray is not monitored, so that it proves nothing. */
function ofApps(all: Seen, tenant: Tenant, vm: Vm, host: string, { agent }: LparSeen): Findings {
  const { look, estate } = all;
  const site = siteOfHost(estate, host)!.name;
  const seen = (name: string) => agent!.apps.find((each) => each.name === name);
  const byAgent = (saw: string) => said(saw, `VM agent of ${vm.name}`, look.at);
  return together([
    ...(vm.apps ?? []).map((app) => {
      const now = seen(app.name);
      const status = () => byAgent(`application ${app.name} in ${vm.name} on ${host} is ${now?.status ?? 'GRAY'}${now && now.restarts > 0 ? ` after ${now.restarts} restarts` : ''}`);
      if (now?.status === 'GREEN') return well(all, `APP_FAILURE_DETECTED:${app.name}`, () => [status()]);
      // It cannot run before what it needs does: that one's failure is the one to tell.
      const waits = app.after?.some((name) => seen(name)?.status !== 'GREEN') === true;
      if (now?.status !== 'RED' || waits) return nothing;
      // Lifeboat runs none of them; whoever logs on at night wants to know which (seeds/5).
      const scripts = byAgent(`its scripts in the VM: monitor ${app.monitorScript}, stop ${app.stopScript}, start ${app.startScript}`);
      return failing({ name: 'APP_FAILURE_DETECTED', severity: app.critical ? 'critical' : 'warning', entityClass: 'app', entity: app.name, tenant: tenant.name, site, description: `${app.critical ? 'Critical application' : 'Application'} ${app.name} in VM ${vm.name} has failed (RED) and did not come back after ${now.restarts} restarts.${app.critical ? '' : ' It is not critical: nothing else is done.'}`, evidence: [status(), scripts] }, look.at, 0);
    }),
    systemOf(tenant).proactiveHa ? unwell(all, tenant, vm, site, agent!) : nothing,
  ]);
}

/** Proactive HA only advises (reference/ksys.md 2.3, 6.1). */
function unwell(all: Seen, tenant: Tenant, vm: Vm, site: SiteName, { cpuPercent, losesPackets }: AgentSeen): Findings {
  const { at } = all.look;
  const of = (name: string, ill: boolean, saw: () => string, description: string): Findings => {
    const evidence = () => [said(saw(), `VM agent of ${vm.name}`, at)];
    return ill ? failing({ name, severity: 'warning', entityClass: 'vm', entity: vm.name, uuid: vm.uuid, tenant: tenant.name, site, description: `${description} Another host may serve it better: lpm vm ${vm.name}`, evidence: evidence() }, at, adviseAfterMs) : well(all, `${name}:${vm.name}`, evidence);
  };
  return together([
    of('VM_CPU_THRESHOLD_EXCEEDED', cpuPercent > cpuMax, () => `${vm.name} uses ${cpuPercent} % of its CPU`, `VM ${vm.name} uses ${cpuPercent} % of its CPU.`),
    of('VM_PACKET_LOSS', losesPackets, () => `${vm.name} ${losesPackets ? 'loses packets on each of its adapters' : 'loses no packets'}`, `VM ${vm.name} loses packets on each of its adapters.`),
  ]);
}

/** A VM that could not be proven stopped waits, visibly, for proof or a person; seen well again, it waits for nobody. */
function blocked(seen: Seen, tenant: Tenant, vm: Vm, lpar: LparSeen | undefined): Findings {
  const { look, state } = seen;
  const known = state.vms.get(vm.name)!;
  const key = `VM_RESTART_BLOCKED:${vm.name}`;
  const fine = lpar?.state === 'Running' && (lpar.agent === null ? vm.agent !== true : lpar.agent.silentForMs === 0);
  if (known.ha.state !== 'blocked' || fine) return well(seen, key, () => [said(known.ha.state === 'blocked' ? `${vm.name} runs on ${known.host}` : `${vm.name} waits for nobody`, 'Lifeboat', look.at)]);
  return failing({ name: 'VM_RESTART_BLOCKED', severity: 'critical', entityClass: 'vm', entity: vm.name, uuid: vm.uuid, tenant: tenant.name, site: known.site, description: `VM ${vm.name} is not restarted: ${(known.ha.reason ?? 'it could not be proven stopped').replace(/[.]$/, '')}. It waits for proof that it is stopped on ${known.host}, or for a person: restart vm ${vm.name}`, evidence: [said(known.ha.reason ?? 'not proven stopped', 'Lifeboat', look.at)] }, look.at, 0);
}

/** A VM alive at the site or on the host that it has left: it must not run there (invariants 1 and 7). */
export const strays: Detector = (seen) => {
  const { look, estate, state } = seen;
  // Where each partition is alive: one pass over the look, however many VMs there are.
  const alive = new Map<string, string[]>();
  for (const host of look.hosts.values()) for (const lpar of host.lpars) if (isLive(host, lpar)) alive.set(lpar.vm, [...(alive.get(lpar.vm) ?? []), host.host]);
  const siteOf = new Map(estate.sites.flatMap((site) => site.hosts.map((host) => [host.name, site.name] as const)));
  const busy = busyVms(seen);
  // What proves that a VM is nowhere else: every host that was seen at the other sites. The same for all VMs of one site.
  const elsewhereBySite = new Map(estate.sites.map((site) => [site.name, [...look.hosts.values()].filter((host) => siteOf.get(host.host) !== site.name).map((host) => host.evidence)]));
  return together(estate.tenants.flatMap((tenant) => tenant.vms.map((vm) => {
    const active = state.vms.get(vm.name)?.site;
    // A run that holds the group moves its VMs: what it sees half-way is no stray.
    if (active === undefined || state.locks.held.has(`group:${groupOfVm(tenant, vm)}`)) return nothing;
    const where = alive.get(vm.name) ?? [];
    const away = where.find((host) => siteOf.get(host) !== active);
    const evidenceOf = (host: string) => look.hosts.get(host)!.evidence;
    const left = `VM_ACTIVE_AT_LEFT_SITE:${vm.name}`;
    const proof = elsewhereBySite.get(active) ?? [];
    const gone = proof.length > 0 ? well(seen, left, () => proof) : nothing;
    const elsewhere = away === undefined ? gone : failing({ name: 'VM_ACTIVE_AT_LEFT_SITE', severity: 'critical', entityClass: 'vm', entity: vm.name, uuid: vm.uuid, tenant: tenant.name, site: siteOf.get(away)!, description: `VM ${vm.name} runs on ${away}, but it belongs at ${active} now.`, evidence: [evidenceOf(away)] }, look.at, 0);
    const here = where.filter((host) => siteOf.get(host) === active);
    const twice = here.length < 2 || busy.has(vm.name) ? (here.length === 1 ? well(seen, `VM_RUNS_TWICE:${vm.name}`, () => [evidenceOf(here[0]!)]) : nothing)
      : failing({ name: 'VM_RUNS_TWICE', severity: 'critical', entityClass: 'vm', entity: vm.name, uuid: vm.uuid, tenant: tenant.name, site: active, description: `VM ${vm.name} runs on ${here.join(' and ')} at once, on the same disks. It belongs on ${state.vms.get(vm.name)!.host}: power the other one off at its HMC now.`, evidence: here.map(evidenceOf) }, look.at, 0);
    return together([elsewhere, twice]);
  })));
};
