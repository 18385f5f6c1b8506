import type { Hypervisor, LparShape, Storage } from '../../src/ports/world.js';

/** One side of a small estate: its HMC, its host, its storage agent. */
export interface Side { readonly site: string; readonly hmc: string; readonly host: string; readonly agent: string }

/**
 * What the contract suites need of an estate of a vendor: two sites, one disk group, two VMs that run at `home`, of which the other side's host can hold
 * the first one, and not both. Everything else goes through the ports.
 */
export interface EstateHarness {
  readonly hypervisor: Hypervisor;
  readonly storage: Storage;
  /** The same vendor over a line that carries every question and loses every answer. */
  readonly deaf: { readonly hypervisor: Hypervisor; readonly storage: Storage };
  readonly home: Side;
  readonly other: Side;
  readonly group: string;
  readonly vms: readonly [string, string];
  /** What the definition of a machine is made of. */
  shape(vm: string): LparShape;
  cut(what: 'hmc' | 'agent', side: Side): Promise<void>;
  mend(what: 'hmc' | 'agent', side: Side): Promise<void>;
  hostDown(side: Side): Promise<void>;
  /** How often a machine was really started or removed, disks really switched: by the vendor's own account. */
  times(effect: 'started' | 'stopped' | 'removed' | 'defined' | 'reversed' | 'failed-over' | 'resynced', name: string): Promise<number>;
  close(): Promise<void>;
}
export type MakeEstate = () => Promise<EstateHarness>;

export const patient = (): AbortSignal => AbortSignal.timeout(20_000);
