import type { Severity } from './dr-event.js';
import type { Surface, TenantName } from './names.js';

export const routedSurfaces = ['slack', 'teams', 'email', 'sms'] as const satisfies readonly Surface[];
export type RoutedSurface = (typeof routedSurfaces)[number];

/** Which ways a severity may take to people. */
export interface Route { readonly severity: Severity; readonly tenants: readonly TenantName[] | 'all'; readonly surfaces: readonly RoutedSurface[] }

interface Routed { readonly routes?: readonly Route[] }

/** By how much somebody may be woken where the estate says nothing: a warning sends no text message to who is on call. */
const byDefault: Record<Severity, readonly RoutedSurface[]> = { critical: routedSurfaces, warning: ['slack', 'teams', 'email'], info: ['email'] };

/** The estate's own rule: the tenant's before one for all. Null: it has none. */
export const routeOf = ({ routes = [] }: Routed, tenant: TenantName | null, severity: Severity): readonly RoutedSurface[] | null => {
  const fits = routes.filter((each) => each.severity === severity);
  return (fits.find(({ tenants }) => tenants !== 'all' && tenant !== null && tenants.includes(tenant)) ?? fits.find(({ tenants }) => tenants === 'all'))?.surfaces ?? null;
};

export const surfacesFor = (estate: Routed, tenant: TenantName | null, severity: Severity): readonly RoutedSurface[] => routeOf(estate, tenant, severity) ?? byDefault[severity];
