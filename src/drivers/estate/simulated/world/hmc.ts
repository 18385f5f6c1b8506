import { hostOf, siteOfHost, type Vm } from '../../../../core/estate.js';
import type { Millis } from '../../../../core/names.js';
import { defaultVswitch } from '../../../../core/policies.js';
import { DriverError, rehearsalName, type HostSeen, type LparSeen, type LparShape, type RestartShape, type ViosSeen } from '../../../../ports/world.js';
import { agentSeen } from './agent.js';
import { diskWritable, place, vmOfLpar, type Effect, type Instance } from './model.js';
import type { WorldLog } from './log.js';

/** How long things take, in estate time. Boots differ from VM to VM, but one VM always takes the same. */
const durationMs = { define: 8_000, remove: 5_000, gracefulStop: 20_000, immediateStop: 2_000, migrate: 30_000 };
const bootMs = (vm: string): Millis => 40_000 + ([...vm].reduce((sum, letter) => sum + letter.charCodeAt(0) * 37, 0) % 40) * 1_000;

/** The HMCs of the simulated estate: they refuse what real ones refuse. */
export class SimulatedHmcs {
  constructor(private readonly log: WorldLog) {}

  #reach(hmc: string): void {
    if (!this.log.estate.sites.some((site) => site.hmcs.some((each) => each.name === hmc))) throw new DriverError('not-found', `There is no HMC '${hmc}'.`);
    if (this.log.world.hmcsDown.includes(hmc) || this.log.has('uplink-down', 'lifeboat')) throw new DriverError('unreachable', `HMC ${hmc} does not answer.`);
  }
  #operating(host: string): void {
    if (this.log.world.hosts[host] !== 'Operating') throw new DriverError('refused', `HSCL0238 Host ${host} is in state ${this.log.world.hosts[host]}, not Operating.`);
  }
  #vm(lpar: string): Vm {
    const vm = vmOfLpar(this.log.estate, lpar);
    if (!vm) throw new DriverError('not-found', `There is no VM '${lpar}'.`);
    return vm;
  }
  #state(instance: Instance): LparSeen['state'] {
    if (this.log.world.hosts[instance.host] === 'No Connection') return 'Not Available';
    const doing = this.log.now() < instance.until ? instance.doing : null;
    if (doing === 'boot') return 'Starting';
    if (doing === 'stop') return 'Shutting Down';
    if (doing === 'migrate') return 'Migrating';
    if (instance.failed) return 'Error';
    return instance.power === 'on' ? 'Running' : 'Not Activated';
  }
  /** Running, or on its way up or down: it may still write. */
  live(instance: Instance): boolean { return ['Running', 'Starting', 'Shutting Down', 'Migrating'].includes(this.#state(instance)) || (this.log.world.hosts[instance.host] === 'No Connection' && instance.power === 'on'); }
  #instance(lpar: string, host: string): Instance {
    const instance = this.log.world.instances[place(lpar, host)];
    if (!instance) throw new DriverError('not-found', `HSCL8012 There is no partition ${lpar} on ${host}.`);
    return instance;
  }
  #vioses(host: string): ViosSeen[] {
    const { estate, world } = this.log;
    const known = hostOf(estate, host)!;
    const lost = estate.tenants.some((tenant) => tenant.hostGroups.some((group) => [...group.hosts, ...(group.backupHosts ?? [])].includes(host) && (this.log.has('pool-disk-lost', group.name) || (group.poolDisk !== undefined && this.log.has('pool-disk-lost', group.poolDisk)))));
    return known.vioses.map((name) => {
      const up = world.hosts[host] === 'Operating' && !this.log.has('vios-down', name);
      return { name, up, monitorMode: !up ? 'DOWN' as const : lost ? 'LOCAL' as const : 'GLOBAL' as const };
    });
  }

  pingHmc(hmc: string): void { this.#reach(hmc); }

  observeHost(hmc: string, hostName: string): HostSeen {
    this.#reach(hmc);
    const { estate, world } = this.log;
    const host = hostOf(estate, hostName);
    if (!host) throw new DriverError('not-found', `There is no host '${hostName}'.`);
    const power = world.hosts[hostName]!;
    const here = Object.values(world.instances).filter((instance) => instance.host === hostName);
    const used = here.filter((instance) => !['Not Activated', 'Error'].includes(this.#state(instance)) && (power !== 'No Connection' || instance.power === 'on')).map((instance) => instance.shape);
    const [memoryMb, processors] = this.log.has('capacity-shrinks', hostName) ? [host.memoryMb / 2, host.processors / 2] : [host.memoryMb, host.processors];
    const vioses = this.#vioses(hostName);
    return {
      host: hostName, uuid: host.uuid, power, vlans: host.vlans, vswitches: host.vswitches ?? [defaultVswitch],
      freeMemoryMb: memoryMb - used.reduce((sum, vm) => sum + vm.memoryMb, 0), freeProcessors: processors - used.reduce((sum, vm) => sum + vm.processors, 0),
      vioses, wwpns: host.vioses.map((_, index) => `c0507601${host.uuid.slice(0, 6)}0${index}`),
      lpars: here.map((instance): LparSeen => {
        const vm = this.#vm(instance.lpar);
        const state = this.#state(instance);
        return {
          vm: instance.lpar, uuid: vm.uuid, state, ipAddress: instance.power === 'on' && !instance.shape.rehearsal ? `192.0.2.${100 + (vm.uuid.charCodeAt(0) % 100)}` : null, disks: vm.disks, vlan: instance.shape.vlan, vswitch: instance.shape.vswitch,
          referenceCode: instance.power === 'on' && instance.health.state === 'crashed' ? '0c20' : null, upForMs: state === 'Running' || state === 'Migrating' ? Math.max(0, this.log.now() - (instance.doing === 'boot' ? instance.until : 0)) : null, restartedElsewhere: instance.restartedTo !== null, agent: agentSeen(this.log, instance, state, vioses),
        };
      }),
      evidence: { saw: `host ${hostName} is ${power}, ${here.filter((each) => this.#state(each) === 'Running').length} VMs running`, by: `HMC ${hmc}`, at: this.log.wallNow() },
    };
  }

  define(hmc: string, host: string, vm: string, shape: LparShape, key: string): Millis {
    this.#reach(hmc);
    this.#operating(host);
    const lpar = shape.rehearsal ? rehearsalName(vm) : vm;
    if (!this.log.known(key)) {
      if (this.log.world.instances[place(lpar, host)]) throw new DriverError('refused', `HSCL8018 A partition named ${lpar} exists on ${host}.`);
      const known = hostOf(this.log.estate, host)!;
      if (!known.vlans.includes(shape.vlan)) throw new DriverError('refused', `HSCL294C VLAN ${shape.vlan} does not exist on ${host}.`);
      if (!(known.vswitches ?? [defaultVswitch]).includes(shape.vswitch)) throw new DriverError('refused', `HSCL294D Virtual switch ${shape.vswitch} does not exist on ${host}.`);
    }
    return this.log.once(key, durationMs.define, (until) => ({ op: 'defined', vm: lpar, host, shape, until }));
  }

  start(hmc: string, host: string, lpar: string, key: string): Millis {
    this.#reach(hmc);
    this.#operating(host);
    const instance = this.#instance(lpar, host);
    if (!this.log.known(key)) {
      if (instance.power === 'on') throw new DriverError('refused', `HSCL3680 Partition ${lpar} on ${host} is running already.`);
      if (instance.restartedTo !== null) throw new DriverError('refused', `HSCLA9B2 Partition ${lpar} was restarted on ${instance.restartedTo}: what is left of it on ${host} cannot start.`);
      if (!diskWritable(this.log.world, instance, host)) throw new DriverError('refused', `Partition ${lpar} on ${host} cannot open its disks: they are not writable at this site.`);
      this.#capacity(hmc, host, lpar, instance.shape);
    }
    return this.log.once(key, bootMs(instance.vm), (until) => ({ op: 'started', vm: lpar, host, until, failed: this.log.has('boot-fails', instance.vm) }));
  }
  #capacity(hmc: string, host: string, lpar: string, shape: LparShape): void {
    const seen = this.observeHost(hmc, host);
    if (seen.freeMemoryMb < shape.memoryMb) throw new DriverError('capacity', `Host ${host} has ${seen.freeMemoryMb} MB free, ${lpar} needs ${shape.memoryMb} MB.`);
    if (seen.freeProcessors < shape.processors) throw new DriverError('capacity', `Host ${host} has ${seen.freeProcessors} processors free, ${lpar} needs ${shape.processors}.`);
    if (!seen.vioses.some((vios) => vios.up)) throw new DriverError('refused', `No VIOS of ${host} is up: ${lpar} would have no disks.`);
  }

  stop(hmc: string, host: string, lpar: string, how: 'graceful' | 'immediate', key: string): Millis {
    this.#reach(hmc);
    this.#operating(host);
    const instance = this.#instance(lpar, host);
    // An operating system that does not work shuts nothing down (seeds/5: the VM hangs or sits in its debugger).
    if (!this.log.known(key) && (this.log.has('stop-fails', instance.vm) || (how === 'graceful' && instance.health.state !== 'ok'))) throw new DriverError('refused', `HSCL0DB4 Partition ${lpar} on ${host} did not shut down.`);
    return this.log.once(key, how === 'graceful' ? durationMs.gracefulStop : durationMs.immediateStop, (until) => ({ op: 'stopped', vm: lpar, host, until, how }));
  }

  remove(hmc: string, host: string, lpar: string, key: string): Millis {
    this.#reach(hmc);
    this.#operating(host);
    if (!this.log.known(key) && this.live(this.#instance(lpar, host))) throw new DriverError('refused', `HSCL0273 Partition ${lpar} on ${host} is ${this.#state(this.#instance(lpar, host))}: only a Not Activated partition can be removed.`);
    return this.log.once(key, durationMs.remove, (until) => ({ op: 'removed', vm: lpar, host, until }));
  }

  reboot(hmc: string, host: string, lpar: string, key: string): Millis {
    this.#reach(hmc);
    this.#operating(host);
    const instance = this.#instance(lpar, host);
    if (!this.log.known(key) && instance.power !== 'on') throw new DriverError('refused', `HSCL0E32 Partition ${lpar} on ${host} is not running: it cannot be rebooted.`);
    if (!this.log.known(key) && this.log.has('stop-fails', instance.vm)) throw new DriverError('refused', `HSCL0DB4 Partition ${lpar} on ${host} did not shut down.`);
    return this.log.once(key, durationMs.immediateStop + bootMs(instance.vm), (until) => ({ op: 'rebooted', vm: lpar, host, until, into: this.log.has('kernel-debugger', instance.vm) ? 'crashed' : 'ok' }));
  }

  restartElsewhere(hmc: string, host: string, lpar: string, to: string, { attested, ...shape }: RestartShape, key: string): Millis {
    this.#reach(hmc);
    this.#operating(to);
    if (!this.log.known(key)) {
      const instance = this.#instance(lpar, host);
      const { estate, world } = this.log;
      if (siteOfHost(estate, host) !== siteOfHost(estate, to) || host === to) throw new DriverError('refused', `HSCLA9A1 ${lpar} cannot be restarted from ${host} on ${to}: both must be different hosts of one site.`);
      if (world.hosts[host] === 'No Connection' && !attested) throw new DriverError('refused', `HSCLA9A4 There is no connection to ${host}: nobody can say whether ${lpar} runs there.`);
      if (world.hosts[host] !== 'No Connection' && this.live(instance)) throw new DriverError('refused', `HSCLA9A5 Partition ${lpar} on ${host} is ${this.#state(instance)}: it can be restarted elsewhere only when it is off.`);
      if (world.instances[place(lpar, to)]) throw new DriverError('refused', `HSCL8018 A partition named ${lpar} exists on ${to}.`);
      if (!diskWritable(world, instance, to)) throw new DriverError('refused', `Partition ${lpar} on ${to} cannot open its disks: they are not writable at this site.`);
      this.#capacity(hmc, to, lpar, shape);
    }
    return this.log.once(key, durationMs.define + bootMs(lpar), (until): Effect => ({ op: 'restarted-elsewhere', vm: lpar, host, to, shape, until, failed: this.log.has('boot-fails', lpar) }));
  }

  canMigrate(hmc: string, host: string, lpar: string, to: string): string[] {
    this.#reach(hmc);
    const { estate, world } = this.log;
    const instance = this.#instance(lpar, host);
    const problems: string[] = [];
    if (siteOfHost(estate, host) !== siteOfHost(estate, to) || host === to) problems.push(`${to} is not another host of the same site`);
    for (const each of [host, to]) if (world.hosts[each] !== 'Operating') problems.push(`host ${each} is ${world.hosts[each]}`);
    if (this.#state(instance) !== 'Running' || instance.health.state !== 'ok') problems.push(`${lpar} on ${host} is ${instance.health.state === 'ok' ? this.#state(instance) : instance.health.state}, and only a running VM moves live`);
    if (world.instances[place(lpar, to)]) problems.push(`a partition named ${lpar} exists on ${to}`);
    if (this.log.has('lpm-refused', instance.vm)) problems.push(`HSCLA27C the mover partitions refuse ${lpar}`);
    const seen = this.observeHost(hmc, to);
    if (seen.freeMemoryMb < instance.shape.memoryMb) problems.push(`host ${to} has ${seen.freeMemoryMb} MB free, ${instance.shape.memoryMb} MB are needed`);
    if (seen.freeProcessors < instance.shape.processors) problems.push(`host ${to} has ${seen.freeProcessors} processors free, ${instance.shape.processors} are needed`);
    if (!seen.vlans.includes(instance.shape.vlan)) problems.push(`VLAN ${instance.shape.vlan} is missing on ${to}`);
    return problems;
  }
  migrate(hmc: string, host: string, lpar: string, to: string, key: string): Millis {
    this.#reach(hmc);
    if (!this.log.known(key)) {
      const problems = this.canMigrate(hmc, host, lpar, to);
      if (problems.length > 0) throw new DriverError('refused', `HSCLA27C ${lpar} cannot move live from ${host} to ${to}: ${problems.join('; ')}.`);
    }
    return this.log.once(key, durationMs.migrate, (until) => ({ op: 'migrated', vm: lpar, host, to, until }));
  }
}
