import type { Estate, Tenant, Vm } from './estate.js';
import { hostAt } from './placement.js';
import { sizeAt } from './policies.js';
import type { HostName, SiteName, TenantName } from './names.js';

/** What a host would lack if these tenants came at once. */
export interface Shortage { readonly host: HostName; readonly memoryMb: number; readonly processors: number }
export interface Combination { readonly tenants: readonly TenantName[]; readonly fits: boolean; /** Empty where it fits. */ readonly shortages: readonly Shortage[] }
export interface Survivability {
  readonly site: SiteName;
  /** Every combination of the tenants that share the site, smaller ones first. */
  readonly combinations: readonly Combination[];
  /** The largest ones that fit: none of them can take another tenant in. */
  readonly largest: readonly (readonly TenantName[])[];
}

/** More tenants have too many combinations to list: pairs and all together then stand for the rest. */
const tenantsMax = 8;

/** Which customers' disasters a shared recovery site survives at the same time (seeds/2: capacity is sold more than once, on the assumption that not all fail together). */
export function survivability(estate: Estate): Survivability[] {
  return estate.sites.filter((site) => site.tenant === null).flatMap((site): Survivability[] => {
    const tenants = estate.tenants.filter((tenant) => tenant.backupSite === site.name);
    if (tenants.length === 0) return [];
    const combinations = subsets(tenants).map((some): Combination => {
      const shortages = site.hosts.flatMap((host): Shortage[] => {
        const vms = some.flatMap((tenant) => tenant.vms.filter((vm) => vm.unmanaged !== true && hostAt(tenant, vm, site.name) === host.name));
        const size = (vm: Vm) => sizeAt(estate, some.find((tenant) => tenant.vms.includes(vm))!, vm, site.name);
        const lack = { host: host.name, memoryMb: Math.max(0, sum(vms.map((vm) => size(vm).memoryMb)) - host.memoryMb), processors: Math.max(0, sum(vms.map((vm) => size(vm).processors)) - host.processors) };
        return lack.memoryMb > 0 || lack.processors > 0 ? [lack] : [];
      });
      return { tenants: some.map((tenant) => tenant.name), fits: shortages.length === 0, shortages };
    });
    const fitting = combinations.filter((each) => each.fits).map((each) => each.tenants);
    return [{ site: site.name, combinations, largest: fitting.filter((some) => !fitting.some((other) => other.length > some.length && some.every((name) => other.includes(name)))) }];
  });
}

const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);

/** Every non-empty choice, smaller ones first. */
function subsets(tenants: readonly Tenant[]): Tenant[][] {
  if (tenants.length > tenantsMax) {
    const pairs = tenants.flatMap((one, index) => tenants.slice(index + 1).map((other) => [one, other]));
    return [...tenants.map((tenant) => [tenant]), ...pairs, [...tenants]];
  }
  const all = Array.from({ length: 2 ** tenants.length - 1 }, (_, mask) => tenants.filter((_tenant, index) => ((mask + 1) >> index) & 1));
  return all.toSorted((a, b) => a.length - b.length);
}
