import { hostOf, siteOf, siteOfHost, tenantOfVm, type Estate } from '../../../../core/estate.js';
import type { Millis } from '../../../../core/names.js';
import { DriverError, type GroupSeen, type HostSeen, type LparSeen } from '../../../../ports/world.js';
import { createFileLog, type EffectLog } from './effect-log.js';
import { apply, diskWritable, emptyWorld, faultKinds, place, type Effect, type EffectLine, type Instance, type World } from './model.js';

/** How long things take, in estate time. Boots differ from VM to VM, but one VM always takes the same. */
const durationMs = { define: 8_000, remove: 5_000, gracefulStop: 20_000, immediateStop: 2_000, reverse: 15_000, failOver: 10_000, resync: 60_000 };
const bootMs = (vm: string): Millis => 40_000 + ([...vm].reduce((sum, letter) => sum + letter.charCodeAt(0) * 37, 0) % 40) * 1_000;

/** The simulated estate: operations change it through one append-only effect log, from which a new process rebuilds it. */
export class SimulatedWorld {
  readonly world: World = emptyWorld();
  #lines = 0;
  #epoch: { wallAt: Millis; rate: number } | null = null;

  readonly #log: EffectLog;

  /** `log`: a file, or what stands for one. */
  constructor(log: string | EffectLog, private readonly wallNow: () => Millis = Date.now) {
    this.#log = typeof log === 'string' ? createFileLog(log) : log;
    for (const line of this.#log.read()) this.#replay(JSON.parse(line) as EffectLine);
  }

  #replay(line: EffectLine): void {
    this.#lines = line.n;
    if (line.effect.op === 'configured') this.#epoch ??= { wallAt: line.wallAt, rate: line.effect.estate.clockRate };
    apply(this.world, line);
  }

  /** Estate time: starts with wall time, runs at the estate's rate, also while no process is up. */
  now(): Millis {
    const wall = this.wallNow();
    return this.#epoch ? Math.round(this.#epoch.wallAt + (wall - this.#epoch.wallAt) * this.#epoch.rate) : wall;
  }
  get rate(): number { return this.#epoch?.rate ?? 1; }

  #commit(effect: Effect, key: string | null): void {
    const line: EffectLine = { n: this.#lines + 1, at: this.now(), wallAt: this.wallNow(), key, effect };
    try {
      this.#log.append(JSON.stringify(line));
    } catch (cause) {
      throw new DriverError('unreachable', `The simulated estate cannot write its log: ${(cause as Error).message}. Nothing happened. Make space; it goes on by itself.`, { cause });
    }
    this.#replay(line);
  }

  /** Takes on a change once per key. Answers with the estate time at which it is complete. */
  #once(key: string, ms: Millis, effect: (until: Millis) => Effect): Millis {
    const known = this.world.keys[key];
    if (known !== undefined) return known;
    const until = this.now() + ms;
    this.#commit(effect(until), key);
    return until;
  }

  configure(estate: Estate): void {
    if (JSON.stringify(this.world.estate) !== JSON.stringify(estate)) this.#commit({ op: 'configured', estate }, null);
  }

  // ---------------------------------------------------------------- faults

  inject(fault: string, target: string): void {
    if (!(faultKinds as readonly string[]).includes(fault)) throw new DriverError('refused', `There is no fault '${fault}'. Known: ${faultKinds.join(', ')}.`);
    if (!this.#targets(fault).includes(target)) throw new DriverError('not-found', `'${target}' cannot have ${fault}. Known: ${this.#targets(fault).join(', ')}.`);
    if (!this.world.faults.some((each) => each.fault === fault && each.target === target)) this.#commit({ op: 'fault', fault, target }, null);
  }
  revert(fault: string, target: string): void {
    if (this.world.faults.some((each) => each.fault === fault && each.target === target)) this.#commit({ op: 'reverted', fault, target }, null);
  }
  #targets(fault: string): string[] {
    const estate = this.#estate();
    if (fault === 'host-down') return estate.sites.flatMap((site) => site.hosts.map((host) => host.name));
    if (fault === 'hmc-unreachable') return estate.sites.flatMap((site) => site.hmcs.map((hmc) => hmc.name));
    if (fault === 'storage-unreachable') return estate.sites.flatMap((site) => site.storageAgents.map((agent) => agent.name));
    if (fault === 'site-down') return estate.sites.map((site) => site.name);
    return estate.tenants.flatMap((tenant) => tenant.vms.map((vm) => vm.name));
  }

  // ---------------------------------------------------------------- HMC

  #estate(): Estate {
    if (!this.world.estate) throw new DriverError('refused', 'The simulated estate has not been configured yet.');
    return this.world.estate;
  }
  #reachHmc(hmc: string): void {
    if (!this.#estate().sites.some((site) => site.hmcs.some((each) => each.name === hmc))) throw new DriverError('not-found', `There is no HMC '${hmc}'.`);
    if (this.world.hmcsDown.includes(hmc)) throw new DriverError('unreachable', `HMC ${hmc} does not answer.`);
  }
  #operating(host: string): void {
    if (this.world.hosts[host] !== 'Operating') throw new DriverError('refused', `HSCL0238 Host ${host} is in state ${this.world.hosts[host]}, not Operating.`);
  }
  pingHmc(hmc: string): void { this.#reachHmc(hmc); }

  observeHost(hmc: string, hostName: string): HostSeen {
    this.#reachHmc(hmc);
    const host = hostOf(this.#estate(), hostName);
    if (!host) throw new DriverError('not-found', `There is no host '${hostName}'.`);
    const power = this.world.hosts[hostName]!;
    const here = Object.values(this.world.instances).filter((instance) => instance.host === hostName);
    const used = here.filter((instance) => this.#state(instance) !== 'Not Activated').map((instance) => this.#vm(instance.vm));
    return {
      host: hostName, uuid: host.uuid, power, vlans: host.vlans,
      freeMemoryMb: host.memoryMb - used.reduce((sum, vm) => sum + vm.memoryMb, 0), freeProcessors: host.processors - used.reduce((sum, vm) => sum + vm.processors, 0),
      vioses: host.vioses.map((name) => ({ name, up: power === 'Operating' })), wwpns: host.vioses.map((_, index) => `c0507601${host.uuid.slice(0, 6)}0${index}`),
      lpars: here.map((instance): LparSeen => {
        const vm = this.#vm(instance.vm);
        return { vm: vm.name, uuid: vm.uuid, state: this.#state(instance), ipAddress: instance.power === 'on' ? `192.0.2.${100 + (vm.uuid.charCodeAt(0) % 100)}` : null, disks: vm.disks };
      }),
      evidence: { saw: `host ${hostName} is ${power}, ${here.filter((each) => this.#state(each) === 'Running').length} VMs running`, by: `HMC ${hmc}`, at: this.wallNow() },
    };
  }
  #vm(name: string) { return tenantOfVm(this.#estate(), name)!.vms.find((vm) => vm.name === name)!; }
  #state(instance: Instance): LparSeen['state'] {
    const doing = this.now() < instance.until ? instance.doing : null;
    if (doing === 'boot') return 'Starting';
    if (doing === 'stop') return 'Shutting Down';
    if (instance.failed) return 'Error';
    return instance.power === 'on' ? 'Running' : 'Not Activated';
  }
  /** Running, or on its way up or down: it may still write. */
  #live(instance: Instance): boolean { return ['Running', 'Starting', 'Shutting Down'].includes(this.#state(instance)); }
  #instance(vm: string, host: string): Instance {
    const instance = this.world.instances[place(vm, host)];
    if (!instance) throw new DriverError('not-found', `HSCL8012 There is no partition ${vm} on ${host}.`);
    return instance;
  }

  define(hmc: string, host: string, vm: string, key: string): Millis {
    this.#reachHmc(hmc);
    this.#operating(host);
    if (this.world.keys[key] === undefined && this.world.instances[place(vm, host)]) throw new DriverError('refused', `HSCL8018 A partition named ${vm} exists on ${host}.`);
    return this.#once(key, durationMs.define, (until) => ({ op: 'defined', vm, host, until }));
  }
  start(hmc: string, host: string, vm: string, key: string): Millis {
    this.#reachHmc(hmc);
    this.#operating(host);
    const instance = this.#instance(vm, host);
    if (this.world.keys[key] === undefined) {
      if (instance.power === 'on') throw new DriverError('refused', `HSCL3680 Partition ${vm} on ${host} is running already.`);
      if (!diskWritable(this.world, vm, host)) throw new DriverError('refused', `Partition ${vm} on ${host} cannot open its disks: they are not writable at this site.`);
      const seen = this.observeHost(hmc, host);
      if (seen.freeMemoryMb < this.#vm(vm).memoryMb) throw new DriverError('capacity', `Host ${host} has ${seen.freeMemoryMb} MB free, ${vm} needs ${this.#vm(vm).memoryMb} MB.`);
    }
    const failed = this.world.faults.some((fault) => fault.fault === 'boot-fails' && fault.target === vm);
    return this.#once(key, bootMs(vm), (until) => ({ op: 'started', vm, host, until, failed }));
  }
  stop(hmc: string, host: string, vm: string, how: 'graceful' | 'immediate', key: string): Millis {
    this.#reachHmc(hmc);
    this.#operating(host);
    this.#instance(vm, host);
    return this.#once(key, how === 'graceful' ? durationMs.gracefulStop : durationMs.immediateStop, (until) => ({ op: 'stopped', vm, host, until, how }));
  }
  remove(hmc: string, host: string, vm: string, key: string): Millis {
    this.#reachHmc(hmc);
    this.#operating(host);
    if (this.world.keys[key] === undefined && this.#live(this.#instance(vm, host))) throw new DriverError('refused', `HSCL0273 Partition ${vm} on ${host} is ${this.#state(this.#instance(vm, host))}: only a Not Activated partition can be removed.`);
    return this.#once(key, durationMs.remove, (until) => ({ op: 'removed', vm, host, until }));
  }

  // ---------------------------------------------------------------- storage

  #site(agent: string): string {
    const site = this.#estate().sites.find((each) => each.storageAgents.some((one) => one.name === agent));
    if (!site) throw new DriverError('not-found', `There is no storage agent '${agent}'.`);
    if (this.world.agentsDown.includes(agent)) throw new DriverError('unreachable', `Storage agent ${agent} does not answer.`);
    return site.name;
  }
  #peerUp(group: string, site: string): boolean {
    const other = Object.keys(this.world.groups[group]!.copies).find((each) => each !== site)!;
    return siteOf(this.#estate(), other)!.storageAgents.some((agent) => !this.world.agentsDown.includes(agent.name));
  }
  /** A VM with a volume that is not mirrored stands outside its group's consistency group. */
  #member(vm: string, group: string): boolean { return this.#vm(vm).hostGroup === group && this.#vm(vm).disks.every((disk) => disk.mirrored); }
  #group(name: string) {
    const group = this.world.groups[name];
    if (!group) throw new DriverError('not-found', `There is no disk group '${name}'.`);
    return group;
  }
  pingAgent(agent: string): void { this.#site(agent); }

  observeGroup(agent: string, name: string): GroupSeen {
    const site = this.#site(agent);
    const group = this.#group(name);
    const copy = group.copies[site]!;
    const link = group.link === 'SYNC' && !this.#peerUp(name, site) ? 'SUSPENDED' : this.now() < group.syncedAt ? 'SYNCING' : group.link;
    return { group: name, site, ...copy, link, lagMs: link === 'SYNC' ? group.lagMs : null, evidence: { saw: `disk group ${name} at ${site}: ${copy.role}, ${link}`, by: `storage agent ${agent}`, at: this.wallNow() } };
  }
  visibleDisks(agent: string, host: string, vm: string): string[] {
    const site = this.#site(agent);
    return siteOfHost(this.#estate(), host)?.name === site ? this.#vm(vm).disks.filter((disk) => disk.mirrored || tenantOfVm(this.#estate(), vm)!.homeSite === site).map((disk) => disk.name) : [];
  }
  reverse(agent: string, name: string, to: string, key: string): Millis {
    const site = this.#site(agent);
    const group = this.#group(name);
    if (this.world.keys[key] === undefined) {
      if (group.link !== 'SYNC' || !this.#peerUp(name, site)) throw new DriverError('refused', `Disk group ${name} is not in sync: it cannot be reversed.`);
      const running = Object.values(this.world.instances).find((each) => this.#live(each) && this.#member(each.vm, name) && siteOfHost(this.#estate(), each.host)?.name !== to);
      if (running) throw new DriverError('refused', `Disk group ${name} is in use by ${running.vm} on ${running.host}: it cannot be reversed.`);
    }
    return this.#once(key, durationMs.reverse, (until) => ({ op: 'reversed', group: name, to, until }));
  }
  failOver(agent: string, name: string, to: string, key: string): Millis {
    const site = this.#site(agent);
    const group = this.#group(name);
    return this.#once(key, durationMs.failOver, (until) => ({ op: 'failed-over', group: name, to, revoked: this.#peerUp(name, site), lostWrites: Math.round(group.lagMs / 1000), until }));
  }
  resync(agent: string, name: string, from: string, key: string): Millis {
    const site = this.#site(agent);
    const group = this.#group(name);
    if (this.world.keys[key] === undefined) {
      if (!this.#peerUp(name, site)) throw new DriverError('refused', `The other copy of disk group ${name} cannot be reached: it cannot be resynchronised yet.`);
      const stray = Object.values(this.world.instances).find((each) => this.#live(each) && this.#member(each.vm, name) && siteOfHost(this.#estate(), each.host)?.name !== from);
      if (stray) throw new DriverError('refused', `${stray.vm} still runs on ${stray.host} and uses the copy that would be overwritten. Run cleanup first.`);
    }
    const discardedWrites = Object.entries(group.copies).filter(([each]) => each !== from).reduce((sum, [, copy]) => sum + copy.divergentWrites, 0);
    return this.#once(key, durationMs.resync, (until) => ({ op: 'resynced', group: name, from, discardedWrites, until }));
  }
}
