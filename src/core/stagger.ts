import { siteOf, type Estate, type Tenant } from './estate.js';
import type { TenantName } from './names.js';

/** Least time between the daily runs of two tenants on one recovery site. Minutes. */
const apartMinutes = 15;
const dayMinutes = 24 * 60;
const rank = { platinum: 0, gold: 1, silver: 2 } as const;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const timeOf = (minutes: number): string => `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/**
 * When each tenant's daily discovery and verification really begins. Tenants that share a recovery site must not be at it at the same time (seeds/2, step 8): who comes too close behind
 * another is moved back, the better contract keeps its time. Nobody's time comes earlier than it was set.
 */
export function dailyTimes(estate: Estate): ReadonlyMap<TenantName, string> {
  const times = new Map<TenantName, string>();
  const taken = new Map<string, number[]>();
  for (const tenant of estate.tenants.toSorted((a, b) => rank[a.contractPriority] - rank[b.contractPriority] || minutesOf(a.autoDiscoveryTime) - minutesOf(b.autoDiscoveryTime) || (a.name < b.name ? -1 : 1))) {
    const others = sharedSite(estate, tenant) === null ? [] : taken.get(tenant.backupSite) ?? [];
    const at = freeFrom(minutesOf(tenant.autoDiscoveryTime), others);
    times.set(tenant.name, timeOf(at));
    taken.set(tenant.backupSite, [...others, at]);
  }
  return times;
}

const sharedSite = (estate: Estate, tenant: Tenant): string | null => (siteOf(estate, tenant.backupSite)?.tenant === null ? tenant.backupSite : null);

/** With more tenants than a day has room for, the last ones share their time: the locks keep them apart then. */
function freeFrom(wanted: number, others: readonly number[]): number {
  const apart = (a: number, b: number): number => Math.min(Math.abs(a - b), dayMinutes - Math.abs(a - b));
  for (let at = wanted; at < wanted + dayMinutes; at++) if (others.every((other) => apart(at % dayMinutes, other) >= apartMinutes)) return at % dayMinutes;
  return wanted;
}
