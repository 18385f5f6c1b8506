import type { Credentials, Estate, Site, Tenant } from '../../core/estate.js';
import { namePattern } from '../../core/attribute-form.js';
import { listed } from '../../core/listed.js';
import { didYouMean } from '../../core/nearest.js';
import { changed, clusterOf, done, hangs, named, readAttributes, refused, typed, withSite, withTenant, type Configure, type Work } from './outcome.js';

/** `add site NAME sitetype=active|backup` (seeds/2 step 2). A backup site that is there already serves this cluster, too. */
export const addSite: Configure = (work) => {
  const { estate, command } = work;
  const cluster = clusterOf(work);
  if (!cluster.ok) return cluster;
  const { tenant } = cluster;
  const { name } = command;
  if (name === null || !namePattern.test(name)) return refused(name === null ? 3 : 4, 'name', name === null ? 'The name of the site is missing.' : `'${name}' is no name for a site.`, 'Use letters, digits, dots, dashes and underscores.', `add site NAME sitetype=active tenant=${tenant.name}`);
  const read = readAttributes(command, 'site', { making: true });
  if (!read.ok) return read;
  const { sitetype } = read.values;
  if (sitetype === undefined) return refused(3, 'sitetype-missing', 'Is it the active or the backup site?', 'Add sitetype=active or sitetype=backup.', typed(command, 'sitetype=active'));
  const there = estate.sites.find((site) => site.name === name);
  const has = sitetype === 'active' ? tenant.homeSite : tenant.backupSite;
  if (sitetype === 'backup' && tenant.clusterType === 'HA') return refused(1, 'one-site', `${tenant.name} is of type HA: it has one site.`, 'A cluster with a backup site is of type DR, HADR or HADRHA.', `delete ksyscluster ${tenant.name}`);
  if (has === name) return done(estate, tenant.name);
  if (has !== '') return refused(1, 'has-one', `${tenant.name} has the ${sitetype} site ${has}.`, 'A cluster has one of each. Delete that one first.', `delete site ${has}`);
  if (there && (sitetype === 'active' || there.tenant !== null)) return refused(1, 'there', `There is a site ${name} already.`, sitetype === 'active' ? 'A home site belongs to one cluster: give it a name of its own.' : 'It belongs to a cluster, and is not shared.', `query site ${name}`);
  const site: Site = there ?? { name, tenant: sitetype === 'active' ? tenant.name : null, hmcs: [], hosts: [], storageAgents: [] };
  const next = withTenant(estate, { ...tenant, ...(sitetype === 'active' ? { homeSite: name } : { backupSite: name }), ...(tenant.clusterType === 'HA' ? { backupSite: name } : {}) });
  return done(there ? next : { ...next, sites: [...estate.sites, site] }, tenant.name, ...(there ? [`${name} is there already, with its HMCs, hosts and storage agent: it serves ${tenant.name}, too.`] : []));
};

export const deleteSite: Configure = (work) => {
  const { estate } = work;
  const found = named(work, 'site', estate.sites, 'add site NAME sitetype=active');
  if (!found.ok) return found;
  const site = found.found;
  const users = usersOf(estate, site.name);
  const vms = users.flatMap(({ vms: all }) => all).filter((vm) => vm.unmanaged !== true);
  const hanging = hangs(`Site ${site.name}`, [
    ...(vms.length === 0 || users.length === 0 ? [] : [{ words: `${vms.length} managed ${vms.length === 1 ? 'VM' : 'VMs'}`, command: `delete vm ${vms[0]!.name}` }]),
    ...site.storageAgents.map(({ name }) => ({ words: `storage agent ${name}`, command: `delete storage_agent ${name}` })), ...site.hosts.map(({ name }) => ({ words: `host ${name}`, command: `delete host ${name}` })), ...site.hmcs.map(({ name }) => ({ words: `HMC ${name}`, command: `delete hmc ${name}` })),
  ]);
  if (hanging) return hanging;
  const left = estate.tenants.map((tenant) => ({ ...tenant, ...(tenant.homeSite === site.name ? { homeSite: '' } : {}), ...(tenant.backupSite === site.name ? { backupSite: '' } : {}) }));
  return done({ ...estate, sites: estate.sites.filter(({ name }) => name !== site.name), tenants: left }, users[0]?.name ?? null);
};

export const usersOf = (estate: Estate, site: string): Tenant[] => estate.tenants.filter(({ homeSite, backupSite }) => homeSite === site || backupSite === site);

/** The site that a command names; without it, how to make one. */
export function siteOf({ estate, command }: Work): { readonly ok: true; readonly site: Site } | ReturnType<typeof refused> {
  const names = estate.sites.map(({ name }) => name);
  const wanted = command.attributes.get('site');
  if (wanted === undefined) return refused(3, 'site-missing', `At which site is ${command.name ?? 'it'}?`, names.length === 0 ? 'There is no site yet: add one first.' : `Add site=NAME. Known: ${listed(names)}.`, typed(command, `site=${names[0] ?? 'NAME'}`));
  const site = estate.sites.find(({ name }) => name === wanted);
  return site ? { ok: true, site } : refused(2, 'no-such-site', `There is no site '${wanted}' yet.${didYouMean(wanted, names)}`, 'Add the site first; then send this again.', `add site ${wanted} sitetype=active`);
}

type Part = { readonly kind: string; readonly entity: 'hmc' | 'storage_agent'; readonly list: 'hmcs' | 'storageAgents'; readonly must: readonly (readonly [key: string, attribute: string])[]; readonly form: string };
const hmcPart: Part = { kind: 'HMC', entity: 'hmc', list: 'hmcs', must: [['hostname', 'hostname=ADDRESS']], form: 'add hmc NAME hostname=ADDRESS login=USER password=env:NAME site=SITE' };
const agentPart: Part = { kind: 'storage agent', entity: 'storage_agent', list: 'storageAgents', must: [['serialNumber', 'serialnumber=NUMBER'], ['storageType', 'storagetype=TYPE'], ['ip', 'ip=ADDRESS']], form: 'add storage_agent NAME login=USER password=env:NAME site=SITE serialnumber=NUMBER storagetype=TYPE ip=ADDRESS' };
const partsOf = (site: Site, { list }: Part): readonly (Credentials & { readonly name: string })[] => site[list];
const everywhere = (estate: Estate, part: Part): { readonly name: string; readonly site: Site }[] => estate.sites.flatMap((site) => partsOf(site, part).map(({ name }) => ({ name, site })));

/** `add hmc` and `add storage_agent` (seeds/2 steps 3 and 6). One of a shared recovery site may be added by every cluster, and is one. */
function add(part: Part): Configure {
  return (work) => {
    const { estate, command } = work;
    const { name } = command;
    if (name === null || !namePattern.test(name)) return refused(name === null ? 3 : 4, 'name', name === null ? `The name of the ${part.kind} is missing.` : `'${name}' is no name for one.`, 'Use letters, digits, dots, dashes and underscores.', part.form);
    const at = siteOf(work);
    if (!at.ok) return at;
    const read = readAttributes(command, part.entity, { besides: ['site'], making: true });
    if (!read.ok) return read;
    const missing = part.must.filter(([key]) => read.values[key] === undefined).map(([, attribute]) => attribute);
    if (missing.length > 0) return refused(3, 'attribute-missing', `${part.kind} ${name} needs ${listed(missing)}.`, 'Add what is missing.', typed(command, missing.join(' ')));
    const tenant = usersOf(estate, at.site.name).at(-1)?.name ?? null;
    const there = everywhere(estate, part).find((each) => each.name === name);
    if (there) {
      const same = there.site.name === at.site.name && part.must.every(([key]) => (partsOf(there.site, part).find((each) => each.name === name) as unknown as Record<string, unknown>)[key] === read.values[key]);
      return same ? done(estate, tenant, `${part.kind} ${name} is there already, and serves every cluster of site ${at.site.name}.`) : refused(1, 'there', `There is a ${part.kind} ${name} already, at ${there.site.name}.`, 'Give this one another name, or change that one with modify.', `query ${part.entity} ${name}`);
    }
    if (part.entity === 'storage_agent' && at.site.storageAgents.length > 0) return refused(1, 'has-one', `Site ${at.site.name} has the storage agent ${at.site.storageAgents[0]!.name}.`, 'One storage agent per site.', `delete storage_agent ${at.site.storageAgents[0]!.name}`);
    return done(withSite(estate, { ...at.site, [part.list]: [...at.site[part.list], { name, ...read.values }] }), tenant);
  };
}

function modify(part: Part): Configure {
  return (work) => {
    const { estate, command } = work;
    const found = named(work, part.kind, everywhere(estate, part), part.form);
    if (!found.ok) return found;
    const read = readAttributes(command, part.entity);
    if (!read.ok) return read;
    const { site, name } = found.found;
    return done(withSite(estate, { ...site, [part.list]: partsOf(site, part).map((each) => (each.name === name ? changed(each, read.values) : each)) }), usersOf(estate, site.name)[0]?.name ?? null);
  };
}

function remove(part: Part): Configure {
  return (work) => {
    const { estate } = work;
    const found = named(work, part.kind, everywhere(estate, part), part.form);
    if (!found.ok) return found;
    const { site, name } = found.found;
    const last = part.entity === 'hmc' && site.hmcs.length === 1 ? site.hosts : [];
    const hanging = hangs(`HMC ${name}`, last.map((host) => ({ words: `host ${host.name}`, command: `delete host ${host.name}` })));
    return hanging ?? done(withSite(estate, { ...site, [part.list]: partsOf(site, part).filter((each) => each.name !== name) }), usersOf(estate, site.name)[0]?.name ?? null);
  };
}

export const [addHmc, modifyHmc, deleteHmc] = [add(hmcPart), modify(hmcPart), remove(hmcPart)];
export const [addStorageAgent, modifyStorageAgent, deleteStorageAgent] = [add(agentPart), modify(agentPart), remove(agentPart)];
