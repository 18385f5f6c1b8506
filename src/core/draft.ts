import type { Contact, Estate, Site, Tenant } from './estate.js';
import type { Millis, PersonName, TenantName } from './names.js';
import { missingSteps } from './missing-steps.js';

/** Clusters under construction, with what only they use: not part of the estate until they are whole. */
export interface EstateDraft { readonly sites: readonly Site[]; readonly tenants: readonly Tenant[]; readonly contacts: readonly Contact[] }
export const noDraft: EstateDraft = { sites: [], tenants: [], contacts: [] };
export const isDrafting = (draft: EstateDraft): boolean => draft.sites.length + draft.tenants.length + draft.contacts.length > 0;

/** The configuration under a name (reference/ksys.md 3.7): clusters, sites and contacts. People, freezes and actions are not part of it, so that restoring gives nobody his rights back. */
export interface Snapshot { readonly name: string; readonly at: Millis; readonly by: PersonName; readonly estate: EstateDraft; readonly draft: EstateDraft }

/** The estate in use and what is under construction, in one: what configuration commands work on. What the estate has by now wins. */
export function workingEstate(estate: Estate, draft: EstateDraft): Estate {
  const without = <T extends { readonly name: string }>(own: readonly T[], more: readonly T[]): T[] => [...own, ...more.filter(({ name }) => !own.some((each) => each.name === name))];
  const tenants = without(estate.tenants, draft.tenants);
  return { ...estate, sites: without(estate.sites, draft.sites), tenants, contacts: [...estate.contacts, ...draft.contacts.filter(({ tenant }) => tenants.some(({ name }) => name === tenant))] };
}

/** What of it is whole goes into use, with what was in use before; the rest stays a draft. */
export function splitEstate(working: Estate, inUse: Estate): { readonly estate: Estate; readonly draft: EstateDraft } {
  const before = new Set(inUse.tenants.map(({ name }) => name));
  const whole = new Set(working.tenants.filter((tenant) => before.has(tenant.name) || missingSteps(working, tenant).length === 0).map(({ name }) => name));
  const isWhole = (tenant: TenantName | null): boolean => tenant === null || whole.has(tenant);
  const used = new Set([...inUse.sites.map(({ name }) => name), ...working.tenants.filter(({ name }) => whole.has(name)).flatMap(({ homeSite, backupSite }) => [homeSite, backupSite])]);
  const part = <T>(all: readonly T[], stays: (each: T) => boolean): [T[], T[]] => [all.filter(stays), all.filter((each) => !stays(each))];
  const [sites, draftSites] = part(working.sites, ({ name }) => used.has(name));
  const [tenants, draftTenants] = part(working.tenants, ({ name }) => whole.has(name));
  const [contacts, draftContacts] = part(working.contacts, ({ tenant }) => isWhole(tenant));
  return { estate: { ...working, sites, tenants, contacts }, draft: { sites: draftSites, tenants: draftTenants, contacts: draftContacts } };
}
