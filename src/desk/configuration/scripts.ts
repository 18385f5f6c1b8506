import { hookNames, type HookName, type HookScript, type Tenant } from '../../core/estate.js';
import { hookEntities } from '../../core/hooks.js';
import { listed } from '../../core/listed.js';
import { didYouMean } from '../../core/nearest.js';
import { changed, done, mine, orAbsent, refused, typed, withTenant, type Configure, type Work } from './outcome.js';

const form = 'add script entity=vm NAME post_online=ACTION';
const entities: readonly HookScript['entity'][] = ['site', 'host_group', 'workgroup', 'vm'];
const named: Record<HookScript['entity'], (tenant: Tenant) => readonly string[]> = {
  site: ({ homeSite, backupSite }) => [...new Set([homeSite, backupSite].filter((name) => name !== ''))], host_group: ({ hostGroups }) => hostGroups.map(({ name }) => name), workgroup: ({ workgroups = [] }) => workgroups.map(({ name }) => name), vm: ({ vms }) => vms.map(({ name }) => name),
};

/** On what the script hangs: `entity=` says of which kind it is. At a shared site each cluster has scripts of its own. */
function hook(work: Work): { readonly ok: true; readonly tenant: Tenant; readonly entity: HookScript['entity']; readonly name: string } | ReturnType<typeof refused> {
  const { command } = work;
  const entity = entities.find((each) => each === command.attributes.get('entity'));
  if (entity === undefined) return refused(command.attributes.has('entity') ? 4 : 3, 'entity', 'On what does the script hang?', `Add entity=${entities.join('|')}.`, form);
  const wanted = command.attributes.get('tenant');
  const tenants = mine(work).filter(({ name }) => wanted === undefined || name === wanted);
  const known = tenants.flatMap((tenant) => named[entity](tenant));
  const { name } = command;
  if (name === null) return refused(3, 'name-missing', `The name of the ${entity} is missing.`, `Known: ${listed(known.slice(0, 12), 'none')}.`, form);
  const owners = tenants.filter((tenant) => named[entity](tenant).includes(name));
  if (owners.length > 1) return refused(3, 'which-tenant', `${listed(owners.map((tenant) => tenant.name))} use ${name}.`, 'Say whose script it is with tenant=NAME.', typed(command, `tenant=${owners[0]!.name}`));
  const [tenant] = owners;
  return tenant ? { ok: true, tenant, entity, name } : refused(2, 'not-found', `There is no ${entity} '${name}'.${didYouMean(name, known)}`, `Known: ${listed(known.slice(0, 12), 'none')}.`, `query ${entity}`);
}

/** `add script entity=vm NAME pre_offline=ACTION ...` (reference/ksys.md 3.6). ACTION is one of the estate file's: chat never names a program. */
export const addScript: Configure = (work) => {
  const on = hook(work);
  if (!on.ok) return on;
  const { tenant, entity, name } = on;
  const given = [...work.command.attributes].filter(([key]) => !['entity', 'tenant', 'dry_run'].includes(key));
  const stranger = given.find(([key]) => !hookNames.includes(key as HookName));
  const fits = hookNames.filter((each) => hookEntities[each].includes(entity));
  if (stranger) return refused(4, 'unknown-hook', `There is no hook '${stranger[0]}'.${didYouMean(stranger[0], fits)}`, `A ${entity} has ${fits.join(', ')}.`, form);
  if (given.length === 0) return refused(3, 'hook-missing', 'When shall it run?', `Add HOOK=ACTION. A ${entity} has ${fits.join(', ')}.`, typed(work.command, `${fits[0]}=ACTION`));
  const made = given.map(([key, action]): HookScript => ({ entity, name, hook: key as HookName, action }));
  const same = (a: HookScript, b: HookScript): boolean => a.entity === b.entity && a.name === b.name && a.hook === b.hook;
  const kept = (tenant.scripts ?? []).map((each) => made.find((one) => same(one, each)) ?? each);
  return done(withTenant(work.estate, { ...tenant, scripts: [...kept, ...made.filter((one) => !kept.some((each) => same(one, each)))] }), tenant.name);
};

/** `delete script entity=vm NAME [hook=pre_offline]`; without `hook` all of them. */
export const deleteScript: Configure = (work) => {
  const on = hook(work);
  if (!on.ok) return on;
  const { tenant, entity, name } = on;
  const which = work.command.attributes.get('hook');
  const own = (tenant.scripts ?? []).filter((each) => each.entity === entity && each.name === name);
  const gone = own.filter((each) => which === undefined || each.hook === which);
  if (gone.length === 0) return refused(2, 'not-found', `${name} has no script${which === undefined ? '' : ` of ${which}`}.${which === undefined ? '' : didYouMean(which, own.map((each) => each.hook))}`, own.length === 0 ? 'There is none to delete.' : `It has ${listed(own.map((each) => each.hook))}.`, 'query script');
  return done(withTenant(work.estate, changed(tenant, { scripts: orAbsent(tenant.scripts!.filter((each) => !gone.includes(each))) })), tenant.name);
};
