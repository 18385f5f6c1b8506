import { groupOfVm, type Priority, type Tenant, type Vm } from '../core/estate.js';
import type { HostGroupName, Json } from '../core/names.js';
import type { EntityRef, Step } from '../core/plan.js';
import { groupPriorityOf } from '../core/policies.js';

/** Typical durations, estate time, for prediction and time-outs (reference/ksys.md 4.12, observed samples). */
const model: Record<string, { estimateMs: number; timeoutMs: number; attempts: number; mutates: boolean }> = {
  'discover-host': { estimateMs: 1_000, timeoutMs: 60_000, attempts: 2, mutates: false },
  'discover-vm': { estimateMs: 1_000, timeoutMs: 60_000, attempts: 2, mutates: false },
  'discover-disk-group': { estimateMs: 1_000, timeoutMs: 60_000, attempts: 2, mutates: false },
  'verify-vm': { estimateMs: 2_000, timeoutMs: 60_000, attempts: 2, mutates: false },
  joint: { estimateMs: 0, timeoutMs: 60_000, attempts: 1, mutates: false },
  'stop-vm': { estimateMs: 20_000, timeoutMs: 300_000, attempts: 2, mutates: true },
  'try-stop-vm': { estimateMs: 2_000, timeoutMs: 30_000, attempts: 1, mutates: false },
  'confirm-stopped': { estimateMs: 1_000, timeoutMs: 60_000, attempts: 2, mutates: false },
  'power-off-vm': { estimateMs: 2_000, timeoutMs: 120_000, attempts: 2, mutates: true },
  'reverse-group': { estimateMs: 15_000, timeoutMs: 600_000, attempts: 2, mutates: true },
  'fail-over-group': { estimateMs: 10_000, timeoutMs: 600_000, attempts: 2, mutates: true },
  'resync-group': { estimateMs: 60_000, timeoutMs: 3_600_000, attempts: 2, mutates: true },
  'define-vm': { estimateMs: 8_000, timeoutMs: 120_000, attempts: 2, mutates: true },
  'start-vm': { estimateMs: 60_000, timeoutMs: 600_000, attempts: 3, mutates: true },
  'remove-vm': { estimateMs: 5_000, timeoutMs: 120_000, attempts: 2, mutates: true },
  'pause-ha': { estimateMs: 0, timeoutMs: 60_000, attempts: 1, mutates: false },
  'resume-ha': { estimateMs: 0, timeoutMs: 60_000, attempts: 1, mutates: false },
  'ha-stop-vm': { estimateMs: 2_000, timeoutMs: 120_000, attempts: 2, mutates: true },
  'restart-vm': { estimateMs: 68_000, timeoutMs: 600_000, attempts: 2, mutates: true },
  'reboot-vm': { estimateMs: 62_000, timeoutMs: 600_000, attempts: 1, mutates: true },
  'clean-source': { estimateMs: 5_000, timeoutMs: 120_000, attempts: 2, mutates: true },
  'validate-lpm': { estimateMs: 2_000, timeoutMs: 60_000, attempts: 1, mutates: false },
  'migrate-vm': { estimateMs: 30_000, timeoutMs: 900_000, attempts: 1, mutates: true },
  'clone-group': { estimateMs: 40_000, timeoutMs: 600_000, attempts: 2, mutates: true },
  'define-test-vm': { estimateMs: 8_000, timeoutMs: 120_000, attempts: 2, mutates: true },
  'start-test-vm': { estimateMs: 60_000, timeoutMs: 600_000, attempts: 2, mutates: true },
  'stop-test-vm': { estimateMs: 2_000, timeoutMs: 120_000, attempts: 2, mutates: true },
  'remove-test-vm': { estimateMs: 5_000, timeoutMs: 120_000, attempts: 2, mutates: true },
  'remove-clone': { estimateMs: 5_000, timeoutMs: 120_000, attempts: 2, mutates: true },
  'close-rehearsal': { estimateMs: 1_000, timeoutMs: 60_000, attempts: 2, mutates: false },
  'evict-tests': { estimateMs: 2_000, timeoutMs: 300_000, attempts: 3, mutates: true },
  hook: { estimateMs: 5_000, timeoutMs: 300_000, attempts: 1, mutates: true },
  'close-cleanup': { estimateMs: 1_000, timeoutMs: 60_000, attempts: 2, mutates: false },
};
const order: Record<Priority, number> = { high: 0, medium: 1, low: 2 };
/** Where groups wait for the same array, HMC or host: which of them goes first. */
export const groupRank = (tenant: Tenant, group: HostGroupName): number => order[groupPriorityOf(tenant, group)] - 1;
/** Its own priority first, that of its group among equals (reference/ksys.md 2.4, 2.6). */
export function vmRank(tenant: Tenant, vm: Vm): number {
  // Asked for at every step and every comparison of a plan.
  const known = ranks.get(vm);
  if (known?.tenant === tenant) return known.rank;
  const rank = 3 * order[vm.priority] + groupRank(tenant, groupOfVm(tenant, vm));
  ranks.set(vm, { tenant, rank });
  return rank;
}
const ranks = new WeakMap<Vm, { readonly tenant: Tenant; readonly rank: number }>();

export interface StepOptions { readonly after?: readonly string[]; readonly slots?: readonly string[]; readonly irreversible?: boolean; readonly rank?: number; readonly onFailure?: Step['onFailure']; readonly whatever?: true }

/** `stop-vm:payroll`, with the kind's model filled in. */
export function step(kind: string, entity: EntityRef, says: string, args: { [key: string]: Json }, options: StepOptions = {}): Step {
  const { estimateMs, timeoutMs, attempts, mutates } = model[kind]!;
  return {
    id: `${kind}:${entity.name}`, kind, says, entity, args, after: options.after ?? [], slots: options.slots ?? [], irreversible: options.irreversible ?? false, mutates,
    rank: options.rank ?? 0, timeoutMs, estimateMs, attemptsMax: attempts, onFailure: options.onFailure ?? 'drop', ...(options.whatever ? { whatever: true as const } : {}),
  };
}

export const vmRef = (name: string): EntityRef => ({ class: 'vm', name });
export const groupRef = (name: string): EntityRef => ({ class: 'disk_group', name });
export const byPriority = (tenant: Tenant, vms: readonly Vm[]): Vm[] => vms.toSorted((a, b) => vmRank(tenant, a) - vmRank(tenant, b) || (a.name < b.name ? -1 : 1));
