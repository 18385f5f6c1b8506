import type { Incident } from '../core/dr-event.js';
import { groupOfVmNamed, hostOf, siteOfHost, vmOf, type Tenant } from '../core/estate.js';
import { incidentStream } from '../core/event.js';
import { lifeboat } from '../core/names.js';
import type { RunState } from '../core/run-state.js';
import type { LeftBehind, State } from '../core/state.js';
import { decideHa } from './ha-decision.js';
import { entry, ignoreConflict, record, type DeskParts } from './parts.js';
import { forSame, propose, type Proposed } from './propose.js';

const onceOnly: readonly string[] = ['VM_APPLICATION_PERMANENT_FAILURE', 'VM_RESTART_BLOCKED'];

/** What Lifeboat does and proposes about failures inside a site. Everything is decided anew at each look, from the journal and from what is seen: asking twice is asking once. */
export function createInsideSite(parts: DeskParts, told: (key: string, message: string, detail: object) => void) {
  const state = () => parts.live.current;

  /** Failures inside a site, as seeds/5 has them. True: they have been dealt with, and no move between sites is to be proposed for this one. */
  async function forIncident(incident: Incident): Promise<boolean> {
    const decision = decideHa(incident, state(), parts.sighting?.current ?? null, parts.clock.now());
    if (!decision) return false;
    switch (decision.kind) {
      case 'nothing': return true;
      case 'permanent':
        await raise(incident, 'VM_APPLICATION_PERMANENT_FAILURE', `Application failure of VM ${decision.vm} is permanent: its application is RED on every host of the group. A person must repair it.`);
        return true;
      case 'move': {
        const proposed = await propose(parts, decision.operation, lifeboat('monitor'), { incident: incident.id, reason: incident.title }, (now) => forSame({ incident: incident.id }, tenantNamed(decision.operation.tenant))(now));
        await linkTwin(incident, decision.operation.tenant, proposed);
        if (proposed.kind === 'refused') told(`${incident.id}/move`, 'no move could be proposed for an incident; it is tried again at each look', { incident: incident.id, why: proposed.refusal.what });
        return true;
      }
      case 'restart': {
        const { operation, manual } = decision;
        const before = state().runs.size;
        const proposed = await propose(parts, operation, lifeboat('monitor'), { incident: incident.id, reason: manual === null ? incident.title : `${incident.title} It is not restarted by itself: ${manual}.` });
        if (proposed.kind === 'refused') {
          told(`${incident.id}/restart/${operation.tried?.join() ?? ''}`, 'no restart could be planned for an incident; it is tried again at each look', { incident: incident.id, why: proposed.refusal.what });
          if (proposed.refusal.code === 'no-host') await raise(incident, 'VM_RESTART_BLOCKED', `${operation.scope.class === 'vm' ? `VM ${operation.scope.name} is` : `The VMs of ${operation.scope.name} are`} not restarted: ${proposed.refusal.what} It is tried again at each look, until a host can take ${operation.scope.class === 'vm' ? 'it' : 'them'}.`);
        }
        if (proposed.kind !== 'refused' && decision.event !== null && state().runs.size > before) await raise(incident, decision.event, `VM ${operation.scope.name} is ${manual === null ? '' : 'to be '}${decision.event === 'VM_REBOOT_FOR_APPLICATION_FAILURE' ? 'rebooted in place' : 'restarted on another host'} for the failure of its application ${manual === null ? `(${proposed.run})` : `once people approve ${proposed.run}`}.`);
        await linkTwin(incident, operation.tenant, proposed);
        return true;
      }
    }
  }

  const tenantNamed = (name: string): Tenant => state().estate!.tenants.find((each) => each.name === name)!;
  /** A run that was there already answers this incident, too. */
  async function linkTwin(incident: Incident, tenant: string, proposed: Proposed): Promise<void> {
    if (proposed.kind === 'open-already' && state().incidents.get(incident.id)?.proposedRun === null) await record(parts, [entry(incidentStream, tenant, lifeboat('monitor'), { type: 'incident.proposed', incident: incident.id, run: proposed.run })], { [incidentStream]: state().heads.get(incidentStream) ?? 0 }).catch(ignoreConflict);
  }
  /** A further event of an incident: once, whoever looks how often. */
  async function raise(incident: Incident, name: string, description: string): Promise<void> {
    const first = incident.events[0]!;
    if (onceOnly.includes(name) && state().incidents.get(incident.id)?.events.some((each) => each.name === name)) return;
    await record(parts, [entry(incidentStream, incident.tenant, lifeboat('monitor'), { type: 'event.raised', incident: incident.id, event: { ...first, name, severity: name === 'VM_REBOOT_FOR_APPLICATION_FAILURE' ? 'warning' : 'critical', description, occurredAt: parts.clock.now(), evidence: [], key: incident.key } })], { [incidentStream]: state().heads.get(incidentStream) ?? 0 }).catch(ignoreConflict);
  }

  /** What restarts left on a host that works again is cleaned up by itself (seeds/5); where its VM runs there as well, people are told instead. */
  async function cleanHosts(failing: ReadonlySet<string>): Promise<void> {
    if (state().automation !== null) return;
    const byHost = new Map<string, LeftBehind[]>();
    const worked = (name: string): boolean => vmOf(state().estate!, name)?.maintenance === true;
    for (const left of state().left.values()) if (!worked(left.vm)) byHost.set(`${left.tenant}/${left.host}`, [...(byHost.get(`${left.tenant}/${left.host}`) ?? []), left]);
    for (const lefts of byHost.values()) {
      const { host, tenant: owner } = lefts[0]!;
      const tenant = tenantNamed(owner);
      const vms = lefts.map((left) => left.vm);
      const groups = [...new Set(vms.flatMap((vm) => groupOfVmNamed(state().estate!, vm) ?? []))];
      if (failing.has(`HOST_FAILURE:${host}`) || parts.sighting?.current?.hosts.get(host)?.power !== 'Operating' || hostOf(state().estate!, host)?.maintenance === true || groups.some((group) => state().locks.held.has(`group:${group}`))) continue;
      const site = siteOfHost(state().estate!, host)!.name;
      const since = Math.max(...lefts.map((left) => left.since));
      const asked = ({ runs }: State): RunState | undefined => [...runs.values()].find((run) => run.plan.operation.verb === 'cleanup' && run.plan.operation.scope.class === 'host' && run.plan.operation.scope.name === host && run.plan.tenant === owner && run.proposedAt >= since);
      if (asked(state())) continue;
      const proposed = await propose(parts, { verb: 'cleanup', tenant: tenant.name, scope: { class: 'host', name: host }, hostGroups: groups, from: site, to: site, drType: null, vms, automatic: true }, lifeboat('monitor'), { incident: null, reason: `host ${host} works again` }, asked);
      if (proposed.kind === 'refused') told(`clean/${host}/${since}`, 'what restarts left on a host could not be cleaned up; it is tried again at each look', { host, why: proposed.refusal.what });
    }
  }

  return { forIncident, cleanHosts };
}
