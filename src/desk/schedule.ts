import { scheduleStream } from '../core/event.js';
import { lifeboat, type Millis, type TenantName } from '../core/names.js';
import { lastSlot } from '../core/slot.js';
import type { Tenant } from '../core/estate.js';
import { dailyTimes } from '../core/stagger.js';
import { JournalError } from '../ports/journal.js';
import type { Scheduler } from '../ports/scheduler.js';
import type { Initiative } from './initiative.js';
import { entry, record, type DeskParts } from './parts.js';

/** A slot this late is still worth running; an older one is listed as missed. */
const lateMaxMs: Millis = 6 * 3_600_000;
const checkEveryMs: Millis = 60_000;
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
    for (const tenant of estate?.tenants ?? []) {
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
    const wanted = new Map([...times].map(([name, time]) => [name, `${time} ${estate!.timeZone}`]));
    for (const [name, { when, takeBack }] of planned) {
      if (wanted.get(name) === when) continue;
      takeBack();
      planned.delete(name);
    }
    for (const [name, time] of times) {
      if (planned.has(name)) continue;
      const takeBack = scheduler.daily(name, time, estate!.timeZone, async (slot) => {
        const tenant = live.current.estate?.tenants.find((each) => each.name === name);
        if (tenant) await fire(tenant, slot);
      });
      planned.set(name, { when: wanted.get(name)!, takeBack });
    }
  }

  plan();
  const unsubscribe = live.onEntries((entries) => { if (entries.some(({ event }) => event.type === 'estate.imported')) plan(); });
  const check = (): Promise<void> => makeGood().catch((error: unknown) => parts.log('the schedule could not be checked', { error: error instanceof Error ? error.message : String(error) }));
  void check();
  const stopChecks = clock.every(checkEveryMs, check);
  return () => {
    unsubscribe();
    stopChecks();
    for (const { takeBack } of planned.values()) takeBack();
  };
}
