import { scheduleStream } from '../core/event.js';
import { lifeboat, type Millis, type TenantName } from '../core/names.js';
import { dailyTimes } from '../core/stagger.js';
import { systemOf } from '../core/policies.js';
import { lastSlot, slotName } from '../core/slot.js';
import type { Estate, Tenant } from '../core/estate.js';
import { JournalError } from '../ports/journal.js';
import type { Scheduler } from '../ports/scheduler.js';
import type { Initiative } from './initiative.js';
import { entry, record, type DeskParts } from './parts.js';

/** A slot this late is still worth running; an older one is listed as missed. */
const lateMaxMs: Millis = 6 * 3_600_000;
const checkEveryMs: Millis = 60_000;
/** modify system deep_discovery: whose daily slots count at all. */
const daily = (estate: Estate | null): readonly Tenant[] => (estate?.tenants ?? []).filter((tenant) => systemOf(tenant).deepDiscovery);
/** node-cron's own time to take the slot before anybody calls it late. */
const graceMs: Millis = 30_000;

/** Daily discovery and verification of each tenant (seeds/2). The ledger of slots is in the journal: fired once, or listed as missed. */
export function startSchedule(parts: DeskParts, scheduler: Scheduler, initiative: Initiative): () => void {
  const { live, clock } = parts;
  const known = (tenant: Tenant, slot: string): boolean => live.current.schedule.some((each) => each.tenant === tenant.name && each.slot === slot);

  async function fire(tenant: Tenant, slot: string): Promise<void> {
    if (known(tenant, slot)) return;
    const runs = await initiative.discoverAndVerify(tenant, 'schedule', slot);
    await write(tenant, slot, { type: 'schedule.fired', tenant: tenant.name, slot, runs });
  }

  async function write(tenant: Tenant, slot: string, event: Parameters<typeof entry>[3]): Promise<void> {
    try {
      await record(parts, [entry(scheduleStream, tenant.name, lifeboat('schedule'), event)], { [scheduleStream]: live.current.heads.get(scheduleStream) ?? 0 });
    } catch (error) {
      // Another node or another tenant's slot came first: look again whether this one stands.
      if (!(error instanceof JournalError) || error.code !== 'conflict') throw error;
      if (!known(tenant, slot)) await write(tenant, slot, event);
    }
  }

  async function makeGood(): Promise<void> {
    const { estate, dailySince } = live.current;
    const times = estate ? dailyTimes(estate) : new Map<TenantName, string>();
    for (const tenant of daily(estate)) {
      const { slot, at } = lastSlot(clock.now() - graceMs, times.get(tenant.name)!, estate!.timeZone);
      if (at < (dailySince.get(tenant.name) ?? Infinity) || known(tenant, slot)) continue;
      if (clock.now() - at <= lateMaxMs) await fire(tenant, slot);
      else await write(tenant, slot, { type: 'schedule.missed', tenant: tenant.name, slot });
    }
  }

  /** The estate in use decides: a time that changed, came or went does so at once. */
  const planned = new Map<TenantName, { readonly when: string; readonly takeBack: () => void }>();
  function plan(): void {
    const { estate } = live.current;
    const times = estate ? dailyTimes(estate) : new Map<TenantName, string>();
    const wanted = new Map(daily(estate).map(({ name }) => [name, `${times.get(name)} ${estate!.timeZone}`]));
    for (const [name, { when, takeBack }] of planned) {
      if (wanted.get(name) === when) continue;
      takeBack();
      planned.delete(name);
    }
    for (const { name } of daily(estate)) {
      if (planned.has(name)) continue;
      const takeBack = scheduler.daily(name, times.get(name)!, estate!.timeZone, async (slot) => {
        const tenant = live.current.estate?.tenants.find((each) => each.name === name);
        if (tenant) await fire(tenant, slot);
      });
      planned.set(name, { when: wanted.get(name)!, takeBack });
    }
  }

  /** modify system quick_discovery: VMs that nobody has looked at yet are discovered without waiting for the day; it stays away while an operation runs (reference/ksys.md 4.1). */
  const looked = new Map<TenantName, Millis>();
  const startedAt = clock.now();
  async function quick(): Promise<void> {
    for (const tenant of live.current.estate?.tenants ?? []) {
      const { quickDiscovery, quickDiscoveryIntervalMs } = systemOf(tenant);
      if (!quickDiscovery || clock.now() - (looked.get(tenant.name) ?? startedAt) < quickDiscoveryIntervalMs) continue;
      if ([...live.current.runs.values()].some((run) => run.plan.tenant === tenant.name && run.status === 'running')) continue;
      looked.set(tenant.name, clock.now());
      if (tenant.vms.some((vm) => vm.unmanaged !== true && live.current.vms.get(vm.name)?.observedAt === null)) await initiative.quickDiscovery(tenant, slotName(clock.now(), live.current.estate!.timeZone));
    }
  }

  plan();
  const unsubscribe = live.onEntries((entries) => { if (entries.some(({ event }) => event.type === 'estate.imported')) plan(); });
  const check = (): Promise<void> => makeGood().then(quick).catch((error: unknown) => parts.log('the schedule could not be checked', { error: error instanceof Error ? error.message : String(error) }));
  void check();
  const stopChecks = clock.every(checkEveryMs, check);
  return () => {
    unsubscribe();
    stopChecks();
    for (const { takeBack } of planned.values()) takeBack();
  };
}
