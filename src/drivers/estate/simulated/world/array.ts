import { siteOf, siteOfHost, tenantOfVm } from '../../../../core/estate.js';
import type { Millis } from '../../../../core/names.js';
import { DriverError, type GroupSeen } from '../../../../ports/world.js';
import type { SimulatedHmcs } from './hmc.js';
import type { WorldLog } from './log.js';
import { isMember, vmOfLpar, type DiskGroup, type Instance } from './model.js';

/** Estate time. */
const durationMs = { reverse: 15_000, failOver: 10_000, resync: 60_000, clone: 40_000, removeClone: 5_000 };

/** The storage agents of the simulated estate. */
export class SimulatedArrays {
  constructor(private readonly log: WorldLog, private readonly hmcs: SimulatedHmcs) {}

  #site(agent: string): string {
    const site = this.log.estate.sites.find((each) => each.storageAgents.some((one) => one.name === agent));
    if (!site) throw new DriverError('not-found', `There is no storage agent '${agent}'.`);
    if (this.log.world.agentsDown.includes(agent) || this.log.has('uplink-down', 'lifeboat')) throw new DriverError('unreachable', `Storage agent ${agent} does not answer.`);
    return site.name;
  }
  #peerUp(group: string, site: string): boolean {
    const other = Object.keys(this.log.world.groups[group]!.copies).find((each) => each !== site);
    return other !== undefined && siteOf(this.log.estate, other)!.storageAgents.some((agent) => !this.log.world.agentsDown.includes(agent.name));
  }
  #group(name: string): DiskGroup {
    const group = this.log.world.groups[name];
    if (!group) throw new DriverError('not-found', `There is no disk group '${name}'.`);
    return group;
  }
  #inUse(group: string, exceptAt: string): Instance | undefined {
    return Object.values(this.log.world.instances).find((each) => !each.shape.rehearsal && this.hmcs.live(each) && isMember(this.log.estate, each.vm, group) && siteOfHost(this.log.estate, each.host)?.name !== exceptAt);
  }
  pingAgent(agent: string): void { this.#site(agent); }

  observeGroup(agent: string, name: string): GroupSeen {
    const site = this.#site(agent);
    const group = this.#group(name);
    const copy = group.copies[site]!;
    const link = group.link === 'SYNC' && Object.keys(group.copies).length > 1 && !this.#peerUp(name, site) ? 'SUSPENDED' : this.log.now() < group.syncedAt ? 'SYNCING' : group.link;
    const volumes = this.log.estate.tenants.flatMap((tenant) => tenant.vms.filter((vm) => isMember(this.log.estate, vm.name, name)).flatMap((vm) => vm.disks.filter((disk) => disk.mirrored).map((disk) => `${vm.name}:${disk.name}`)));
    return { group: name, site, ...copy, link, lagMs: link === 'SYNC' ? group.lagMs : null, volumes, evidence: { saw: `disk group ${name} at ${site}: ${copy.role}, ${link}`, by: `storage agent ${agent}`, at: this.log.wallNow() } };
  }
  visibleDisks(agent: string, host: string, vm: string): string[] {
    const site = this.#site(agent);
    return siteOfHost(this.log.estate, host)?.name === site ? vmOfLpar(this.log.estate, vm)!.disks.filter((disk) => disk.mirrored || tenantOfVm(this.log.estate, vm)!.homeSite === site).map((disk) => disk.name) : [];
  }
  reverse(agent: string, name: string, to: string, key: string): Millis {
    const site = this.#site(agent);
    const group = this.#group(name);
    if (!this.log.known(key)) {
      if (group.link !== 'SYNC' || !this.#peerUp(name, site)) throw new DriverError('refused', `Disk group ${name} is not in sync: it cannot be reversed.`);
      const running = this.#inUse(name, to);
      if (running) throw new DriverError('refused', `Disk group ${name} is in use by ${running.vm} on ${running.host}: it cannot be reversed.`);
    }
    return this.log.once(key, durationMs.reverse, (until) => ({ op: 'reversed', group: name, to, until }));
  }
  failOver(agent: string, name: string, to: string, key: string): Millis {
    const site = this.#site(agent);
    const group = this.#group(name);
    return this.log.once(key, durationMs.failOver, (until) => ({ op: 'failed-over', group: name, to, revoked: this.#peerUp(name, site), lostWrites: Math.round(group.lagMs / 1000), until }));
  }
  resync(agent: string, name: string, from: string, key: string): Millis {
    const site = this.#site(agent);
    const group = this.#group(name);
    if (!this.log.known(key)) {
      if (!this.#peerUp(name, site)) throw new DriverError('refused', `The other copy of disk group ${name} cannot be reached: it cannot be resynchronised yet.`);
      const stray = this.#inUse(name, from);
      if (stray) throw new DriverError('refused', `${stray.vm} still runs on ${stray.host} and uses the copy that would be overwritten. Run cleanup first.`);
    }
    const discardedWrites = Object.entries(group.copies).filter(([each]) => each !== from).reduce((sum, [, copy]) => sum + copy.divergentWrites, 0);
    return this.log.once(key, durationMs.resync, (until) => ({ op: 'resynced', group: name, from, discardedWrites, until }));
  }
  clone(agent: string, name: string, key: string): Millis {
    const site = this.#site(agent);
    this.#group(name);
    if (!this.log.known(key)) {
      if (this.log.has('clone-fails', name)) throw new DriverError('refused', `The array has no space for a clone of disk group ${name}.`);
      this.#unused(name, site);
    }
    return this.log.once(key, durationMs.clone, (until) => ({ op: 'cloned', group: name, site, until }));
  }
  removeClone(agent: string, name: string, key: string): Millis {
    const site = this.#site(agent);
    if (!this.log.known(key)) this.#unused(name, site);
    return this.log.once(key, durationMs.removeClone, (until) => ({ op: 'clone-removed', group: name, site, until }));
  }
  /** A clone under a running test VM stays as it is. */
  #unused(name: string, site: string): void {
    const test = Object.values(this.log.world.instances).find((each) => each.shape.rehearsal && this.hmcs.live(each) && isMember(this.log.estate, each.vm, name) && siteOfHost(this.log.estate, each.host)?.name === site);
    if (test) throw new DriverError('refused', `The clone of disk group ${name} is in use by ${test.lpar} on ${test.host}.`);
  }
}
