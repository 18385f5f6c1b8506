import { otherSite, protectionGroups, sees, type Tenant } from '../../core/estate.js';
import { hasDr } from '../../core/policies.js';
import type { FormField, FormOption } from '../../ports/channel.js';
import type { FormContext } from './form-kind.js';

/** One thing that could be moved or rehearsed now, and the words of the command that name it. */
interface Scope extends FormOption { readonly words: string }

/** Sites, host groups and workgroups of this person's tenants, from where they are active to the other side. */
function scopesOf({ person, state }: FormContext): Scope[] {
  const tenants = (state.estate?.tenants ?? []).filter((tenant) => sees(person, tenant.name) && hasDr(tenant));
  const activeOf = (tenant: Tenant, group: string): string => state.groups.get(group)?.activeSite ?? tenant.homeSite;
  const sites = tenants.flatMap((tenant) => [...new Set(protectionGroups(tenant).map(({ name }) => activeOf(tenant, name)))].map((from): Scope => {
    const to = otherSite(tenant, from);
    return { value: `site ${tenant.name} ${from}`, label: `${tenant.name}: all of ${from} → ${to}`, words: `site from=${from} to=${to} tenant=${tenant.name}` };
  }));
  const groups = tenants.flatMap((tenant) => protectionGroups(tenant).map(({ name, workgroup }): Scope => {
    const [kind, from] = [workgroup === null ? 'host_group' : 'workgroup', activeOf(tenant, name)];
    return { value: `${kind} ${name}`, label: `${tenant.name}: ${kind.replace('_', ' ')} ${name}, ${from} → ${otherSite(tenant, from)}`, words: `${kind} ${name} to=${otherSite(tenant, from)}` };
  }));
  return [...sites, ...groups];
}

/** Null: there is nothing that this person could name. */
export function scopeField(label: string, context: FormContext): FormField | null {
  const options = scopesOf(context).map(({ value, label: shown }) => ({ value, label: shown }));
  return options.length === 0 ? null : { name: 'scope', label, hint: null, required: true, kind: 'choice', many: false, options, initial: options.length === 1 ? options[0]!.value : null };
}

export const scopeWords = (value: string, context: FormContext): string => scopesOf(context).find((scope) => scope.value === value)!.words;
/** For an example. Only where `scopeField` found one. */
export const firstScope = (context: FormContext): string => scopesOf(context)[0]!.words;
