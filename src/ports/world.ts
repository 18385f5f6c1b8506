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
export type LparState = 'Running' | 'Not Activated' | 'Starting' | 'Shutting Down' | 'Error';

export interface HostSeen { readonly host: HostName; readonly uuid: string; readonly power: HostPower; readonly freeMemoryMb: number; readonly freeProcessors: number; readonly vioses: readonly { readonly name: string; readonly up: boolean }[]; readonly wwpns: readonly string[]; readonly vlans: readonly number[]; readonly lpars: readonly LparSeen[]; readonly evidence: Evidence }
export interface LparSeen { readonly vm: VmName; readonly uuid: string; readonly state: LparState; readonly ipAddress: string | null; readonly disks: readonly { readonly name: string; readonly mirrored: boolean }[] }

/**
 * Hosts and VMs through one HMC. Changes take a key; `flags.honoursKeys` says whether the vendor knows keys: where it does not, the caller checks first.
 * A change resolves when the vendor says it is complete. @throws DriverError
 */
export interface Hypervisor {
  readonly flags: { readonly honoursKeys: boolean };
  pingHmc(hmc: HmcName, signal: AbortSignal): Promise<Evidence>;
  observeHost(hmc: HmcName, host: HostName, signal: AbortSignal): Promise<HostSeen>;
  /** Creates the LPAR definition and maps disks and adapters. */
  define(hmc: HmcName, host: HostName, vm: VmName, key: string, signal: AbortSignal): Promise<void>;
  start(hmc: HmcName, host: HostName, vm: VmName, key: string, signal: AbortSignal): Promise<void>;
  /** `graceful`: OS shutdown. Otherwise power off. */
  stop(hmc: HmcName, host: HostName, vm: VmName, how: 'graceful' | 'immediate', key: string, signal: AbortSignal): Promise<void>;
  /** Removes definition, disk mapping and adapters; the VM must be off. */
  remove(hmc: HmcName, host: HostName, vm: VmName, key: string, signal: AbortSignal): Promise<void>;
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
}

/** Failures that the console's panel and tests inject into a simulated estate. */
export interface FaultInjector {
  inject(fault: string, target: string): Promise<void>;
  revert(fault: string, target: string): Promise<void>;
  active(): Promise<readonly { readonly fault: string; readonly target: string; readonly since: Millis }[]>;
}
