import type { Evidence } from '../core/dr-event.js';
import { redactText } from '../core/redact.js';
import type { HmcName, HostName, Millis, SiteName, StorageAgentName, VmName } from '../core/names.js';

/** A call that failed in a known way. `unreachable` and `timeout` say nothing about the outcome of a change. Vendors put what they like into their errors: secrets go no further (invariant 49). */
export type DriverFailure = 'unreachable' | 'timeout' | 'refused' | 'not-found' | 'capacity';
export class DriverError extends Error {
  override readonly name = 'DriverError';
  constructor(readonly code: DriverFailure, message: string, options?: ErrorOptions) { super(redactText(message), options); }
}

/** HMC words (reference/ksys.md 11.3). */
export type HostPower = 'Operating' | 'Power Off' | 'Error' | 'No Connection';
/** Not Available: the HMC has no connection to the host. Migrating: on its way here by LPM, and still running. */
export type LparState = 'Running' | 'Not Activated' | 'Not Available' | 'Starting' | 'Shutting Down' | 'Migrating' | 'Error';
/** GLOBAL: pool disk and VIOS are fine. LOCAL: either is lost. DOWN: the host monitor in it does not work (seeds/5). */
export type MonitorMode = 'GLOBAL' | 'LOCAL' | 'DOWN';
/** Green and yellow are healthy, red has failed, gray is not monitored (seeds/5). */
export type AppStatus = 'GREEN' | 'YELLOW' | 'RED' | 'GRAY';

export interface ViosSeen { readonly name: string; readonly up: boolean; readonly monitorMode: MonitorMode }
export interface HostSeen {
  readonly host: HostName;
  readonly uuid: string;
  readonly power: HostPower;
  readonly freeMemoryMb: number;
  readonly freeProcessors: number;
  readonly vioses: readonly ViosSeen[];
  readonly wwpns: readonly string[];
  readonly vlans: readonly number[];
  readonly vswitches: readonly string[];
  readonly lpars: readonly LparSeen[];
  readonly evidence: Evidence;
}
export interface LparSeen {
  /** Name of the partition; of a rehearsal's, `rehearsalName(vm)`. */
  readonly vm: VmName;
  readonly uuid: string;
  readonly state: LparState;
  readonly ipAddress: string | null;
  readonly disks: readonly { readonly name: string; readonly mirrored: boolean }[];
  readonly vlan: number;
  readonly vswitch: string;
  /** Progress or error code, such as 0c20 of a VM in the kernel debugger (seeds/5). */
  readonly referenceCode: string | null;
  /** Since its last boot was complete, estate time; null where it is not known. */
  readonly upForMs: Millis | null;
  /** It was restarted on another host: what is left here may not start, and waits for its cleanup. */
  readonly restartedElsewhere: boolean;
  /** What the host monitors heard of its VM agent. null: it has none, or no host monitor of this host works. */
  readonly agent: AgentSeen | null;
}
export interface AgentSeen {
  /** Since its last heartbeat. Estate time. */
  readonly silentForMs: Millis;
  readonly cpuPercent: number;
  /** On each of its adapters, in the traffic between it and the host monitors. */
  readonly losesPackets: boolean;
  readonly apps: readonly { readonly name: string; readonly status: AppStatus; /** Restarts in the VM since it began to fail. */ readonly restarts: number }[];
}

/** What an LPAR definition is made of. */
export interface LparShape {
  readonly memoryMb: number;
  readonly processors: number;
  readonly vlan: number;
  readonly vswitch: string;
  /** A test VM of a rehearsal: its disks are the clone, never the replica. */
  readonly rehearsal: boolean;
}

/** `attested`: a named person says that the host is down, which the HMC cannot see (`--noconnection`). */
export type RestartShape = LparShape & { readonly attested: boolean };

/** Name of the partition that a rehearsal makes of a VM (reference/ksys.md 4.12). */
export const rehearsalName = (vm: VmName): string => `${vm}_Rehearsal`;

/**
 * Hosts and VMs through one HMC. Changes take a key; `flags.honoursKeys` says whether the vendor knows keys: where it does not, the caller checks first.
 * A change resolves when the vendor says it is complete. @throws DriverError
 */
export interface Hypervisor {
  readonly flags: { readonly honoursKeys: boolean };
  pingHmc(hmc: HmcName, signal: AbortSignal): Promise<Evidence>;
  observeHost(hmc: HmcName, host: HostName, signal: AbortSignal): Promise<HostSeen>;
  /** Creates the LPAR definition and maps disks and adapters. A rehearsal's shape makes the partition `rehearsalName(vm)`. */
  define(hmc: HmcName, host: HostName, vm: VmName, shape: LparShape, key: string, signal: AbortSignal): Promise<void>;
  start(hmc: HmcName, host: HostName, vm: VmName, key: string, signal: AbortSignal): Promise<void>;
  /** `graceful`: OS shutdown. Otherwise power off. */
  stop(hmc: HmcName, host: HostName, vm: VmName, how: 'graceful' | 'immediate', key: string, signal: AbortSignal): Promise<void>;
  /** Removes definition, disk mapping and adapters; the VM must be off. */
  remove(hmc: HmcName, host: HostName, vm: VmName, key: string, signal: AbortSignal): Promise<void>;
  /** Stops and starts again in place: `chsysstate -o shutdown --immed --restart`. */
  reboot(hmc: HmcName, host: HostName, vm: VmName, key: string, signal: AbortSignal): Promise<void>;
  /**
   * Simplified remote restart (`rrstartlpar -o restart`): starts a VM that is off on another host of the same site. What is left on `host` may not start any more, also when
   * that host comes back, and waits for `remove`. Refused while the VM is live, or where nobody can see whether it is.
   */
  restartElsewhere(hmc: HmcName, host: HostName, vm: VmName, to: HostName, shape: RestartShape, key: string, signal: AbortSignal): Promise<void>;
  /** What keeps the VM from a live move to `to` (`migrlpar -o v`); empty: nothing. */
  canMigrate(hmc: HmcName, host: HostName, vm: VmName, to: HostName, signal: AbortSignal): Promise<readonly string[]>;
  /** Live Partition Mobility (`migrlpar -o m`): the VM goes on running. */
  migrate(hmc: HmcName, host: HostName, vm: VmName, to: HostName, key: string, signal: AbortSignal): Promise<void>;
}

export type CopyRole = 'primary' | 'secondary' | 'failed-over' | 'stale';
export interface GroupSeen {
  readonly group: string;
  readonly site: SiteName;
  /** failed-over: made writable without its peer. stale: was primary, its peer has been failed over. */
  readonly role: CopyRole;
  readonly link: 'SYNC' | 'SYNCING' | 'SUSPENDED';
  readonly lagMs: Millis | null;
  /** Writes that only this copy has. */
  readonly divergentWrites: number;
  /** false: hosts at this site cannot write to it. */
  readonly writable: boolean;
  /** Volumes of the array's composite group, as `VM:DISK` (`symcg list`). */
  readonly volumes: readonly string[];
  /** A point-in-time copy of this copy, for a rehearsal. null: there is none. */
  readonly clone: { readonly takenAt: Millis } | null;
  readonly evidence: Evidence;
}

/** One storage agent's view of a disk group (consistency group). All pairs of a group switch as one. @throws DriverError */
export interface Storage {
  ping(agent: StorageAgentName, signal: AbortSignal): Promise<Evidence>;
  observeGroup(agent: StorageAgentName, group: string, signal: AbortSignal): Promise<GroupSeen>;
  /** Target disks of a VM visible to a host: SAN zoning (seeds/1 section 4). */
  visibleDisks(agent: StorageAgentName, host: HostName, vm: VmName, signal: AbortSignal): Promise<readonly string[]>;
  /** Waits until in sync, then swaps roles; replication runs the opposite way. */
  reverse(agent: StorageAgentName, group: string, to: SiteName, key: string, signal: AbortSignal): Promise<void>;
  /** Makes the copy at `to` writable and, where the peer can be reached, revokes access there. */
  failOver(agent: StorageAgentName, group: string, to: SiteName, key: string, signal: AbortSignal): Promise<void>;
  /** Mirrors `from` onto the other side; what only the other side has is discarded. */
  resync(agent: StorageAgentName, group: string, from: SiteName, key: string, signal: AbortSignal): Promise<void>;
  /** A consistent point-in-time copy of the group's copy at this agent's site, presented for a rehearsal. Replication goes on. One that is there is taken anew. */
  clone(agent: StorageAgentName, group: string, key: string, signal: AbortSignal): Promise<void>;
  removeClone(agent: StorageAgentName, group: string, key: string, signal: AbortSignal): Promise<void>;
}

/** What one look of the monitor saw. Hosts that nobody could see are not in it. */
export interface Sighting { readonly at: Millis; readonly hosts: ReadonlyMap<HostName, HostSeen>; readonly silentHmcs: readonly HmcName[]; readonly silentAgents: readonly StorageAgentName[] }

/** Failures that the console's panel and tests inject into a simulated estate. */
export interface FaultInjector {
  inject(fault: string, target: string): Promise<void>;
  revert(fault: string, target: string): Promise<void>;
  active(): Promise<readonly { readonly fault: string; readonly target: string; readonly since: Millis }[]>;
  /** Every fault that can be injected, with what can have it. */
  kinds(): Promise<readonly { readonly fault: string; readonly targets: readonly string[] }[]>;
}
