import { affinityFlaws } from './affinity-check.js';
import { circleIn } from './circle.js';
import type { Estate, Site, Tenant } from './estate.js';
import type { Flaw, Place, Say } from './flaw.js';
import { hookEntities, hookParameters, notifyParameters } from './hooks.js';
import { didYouMean } from './nearest.js';
import { hostsOfGroupAt } from './placement.js';
import { onCallOf } from './on-call/flaws.js';
import { clusterTypeOf, hasDr } from './policies.js';

/** VIOS of one host group at most (reference/ksys.md 2.5). */
const viosesMax = 24;

/**
 * Names that must exist, be unique or fit together: for the file and for what commands make alike. What is only not there yet is `missingSteps`' affair, so that a cluster
 * under construction is sound as far as it goes.
 */
export function estateFlaws(estate: Estate): Flaw[] {
  const flaws: Flaw[] = [];
  const say: Say = (at, what, remedy, command) => { flaws.push({ at, what, remedy, ...(command === undefined ? {} : { command }) }); };
  uniqueNames(estate, say);
  const tenants = estate.tenants.map(({ name }) => name);
  estate.sites.forEach((site, s) => {
    if (site.tenant !== null) need(say, site.tenant, tenants, ['sites', s, 'tenant'], 'tenant');
    site.hosts.forEach((host, h) => host.excludedVioses?.forEach((vios, v) => { need(say, vios, host.vioses, ['sites', s, 'hosts', h, 'excludedVioses', v], 'VIOS of that host'); }));
  });
  estate.tenants.forEach((tenant, t) => {
    const within: Say = (at, ...rest) => { say(['tenants', t, ...at], ...rest); };
    placesOf(estate, tenant, within);
    hostsOf(estate, tenant, within);
    vmsOf(estate, tenant, within);
    workgroupsOf(tenant, within);
    scriptsOf(estate, tenant, within);
    affinityFlaws(tenant, within);
  });
  estate.people.forEach((person, p) => {
    if (person.tenants !== 'all') person.tenants.forEach((tenant, t) => { need(say, tenant, tenants, ['people', p, 'tenants', t], 'tenant'); });
    if (person.site !== undefined) need(say, person.site, estate.sites.map(({ name }) => name), ['people', p, 'site'], 'site');
  });
  (estate.freezes ?? []).forEach((freeze, f) => { if (freeze.tenant !== null) need(say, freeze.tenant, tenants, ['freezes', f, 'tenant'], 'tenant'); });
  estate.contacts.forEach((contact, c) => {
    if (contact.tenant !== null) need(say, contact.tenant, tenants, ['contacts', c, 'tenant'], 'tenant');
    if (contact.email === null && contact.phone === null && contact.pager === undefined) say(['contacts', c, 'user'], `Contact '${contact.user}' has neither an e-mail address nor a phone.`, 'Add email: or phone:.');
  });
  onCallOf(estate, say);
  (estate.maintenanceWindows ?? []).forEach((window, w) => {
    if (window.tenant !== null) need(say, window.tenant, tenants, ['maintenanceWindows', w, 'tenant'], 'tenant');
    if ((estate.maintenanceWindows ?? []).findIndex(({ name }) => name === window.name) !== w) say(['maintenanceWindows', w, 'name'], `The maintenance window '${window.name}' stands here a second time.`, 'Names are unique in an estate: rename one.');
  });
  (estate.actions ?? []).forEach((action, a) => { if (action.tenants !== 'all') for (const tenant of action.tenants) need(say, tenant, tenants, ['actions', a, 'tenants'], 'tenant'); });
  (estate.eventSources ?? []).forEach((source, s) => { if (source.tenant !== null) need(say, source.tenant, tenants, ['eventSources', s, 'tenant'], 'tenant'); });
  if (estate.people.filter((person) => person.roles.includes('approver') && person.tenants === 'all').length < 2) {
    say(['people'], 'Fewer than two of the provider\'s people (tenants: all) may approve.', 'A move that Lifeboat proposes needs two approvers: give a second person the role approver.');
  }
  return flaws;
}

function need(say: Say, name: string, names: readonly string[], at: Place, kind: string): boolean {
  if (names.includes(name)) return true;
  say(at, `There is no ${kind} '${name}'.${didYouMean(name, names)}`, `Known: ${names.join(', ') || 'none'}.`);
  return false;
}

function uniqueNames(estate: Estate, say: Say): void {
  const unique = (kind: string, entries: readonly (readonly [name: string, at: Place])[]): void => {
    const seen = new Set<string>();
    for (const [name, at] of entries) {
      if (seen.has(name)) say(at, `The ${kind} '${name}' stands here a second time.`, kind.endsWith('UUID') ? 'A UUID belongs to one machine: correct one of them.' : 'Names are unique in an estate: rename one.');
      seen.add(name);
    }
  };
  const ofSites = (part: 'hosts' | 'hmcs' | 'storageAgents') => estate.sites.flatMap((site, s) => site[part].map(({ name }, i) => [name, ['sites', s, part, i, 'name']] as const));
  unique('site', estate.sites.map(({ name }, s) => [name, ['sites', s, 'name']]));
  unique('host', ofSites('hosts'));
  unique('host UUID', estate.sites.flatMap((site, s) => site.hosts.map(({ uuid }, i) => [uuid, ['sites', s, 'hosts', i, 'name']] as const)));
  unique('HMC', ofSites('hmcs'));
  unique('storage agent', ofSites('storageAgents'));
  unique('tenant', estate.tenants.map(({ name }, t) => [name, ['tenants', t, 'name']]));
  unique('host group', estate.tenants.flatMap((tenant, t) => [
    ...tenant.hostGroups.map(({ name }, g) => [name, ['tenants', t, 'hostGroups', g, 'name']] as const),
    // State, locks and disk groups know both by one name.
    ...(tenant.workgroups ?? []).map(({ name }, w) => [name, ['tenants', t, 'workgroups', w, 'name']] as const),
  ]));
  unique('VM', estate.tenants.flatMap((tenant, t) => tenant.vms.map(({ name }, v) => [name, ['tenants', t, 'vms', v, 'name']] as const)));
  unique('VM UUID', estate.tenants.flatMap((tenant, t) => tenant.vms.map(({ uuid }, v) => [uuid, ['tenants', t, 'vms', v, 'uuid']] as const)));
  unique('person', estate.people.map(({ name }, p) => [name, ['people', p, 'name']]));
  unique('event source', (estate.eventSources ?? []).map(({ name }, s) => [name, ['eventSources', s, 'name']]));
  unique('action', (estate.actions ?? []).map(({ name }, a) => [name, ['actions', a, 'name']]));
}

const siteNamed = (estate: Estate, name: string): Site | undefined => estate.sites.find((site) => site.name === name);
const hostNames = (estate: Estate, site: string): string[] => siteNamed(estate, site)?.hosts.map(({ name }) => name) ?? [];

function placesOf(estate: Estate, tenant: Tenant, say: Say): void {
  const sites = estate.sites.map(({ name }) => name);
  const type = clusterTypeOf(tenant);
  const { homeSite, backupSite } = tenant;
  const home = siteNamed(estate, homeSite);
  const backup = siteNamed(estate, backupSite);
  if (homeSite !== '') need(say, homeSite, sites, ['homeSite'], 'site');
  if (backupSite !== '' && backupSite !== homeSite) need(say, backupSite, sites, ['backupSite'], 'site');
  if (type === 'HA' && homeSite !== backupSite) say(['backupSite'], 'A cluster of type HA has one site.', 'Leave backup_site out, or write type: HADR.');
  if (type !== 'HA' && homeSite !== '' && homeSite === backupSite) say(['backupSite'], 'The backup site is the home site.', 'A tenant needs two different sites. Only a cluster of type HA has one.');
  if (home && home.tenant !== tenant.name) say(['homeSite'], `Site '${home.name}' does not belong to this tenant.`, `Write 'tenant: ${tenant.name}' at that site.`);
  if (backup && backup.tenant !== null && backup.tenant !== tenant.name) say(['backupSite'], `Site '${backup.name}' belongs to tenant ${backup.tenant}.`, 'Name a shared site, or one of this tenant.');
}

function hostsOf(estate: Estate, tenant: Tenant, say: Say): void {
  const [home, backup] = [hostNames(estate, tenant.homeSite), hostNames(estate, tenant.backupSite)];
  const ha = clusterTypeOf(tenant) === 'HA';
  tenant.hostPairs.forEach((pair, p) => {
    need(say, pair.active, home, ['hostPairs', p, 'active'], 'host at the home site');
    if (!ha) need(say, pair.backup, backup, ['hostPairs', p, 'backup'], 'host at the backup site');
    if (tenant.hostPairs.findIndex(({ active }) => active === pair.active) < p) say(['hostPairs', p, 'active'], `Host '${pair.active}' has a pair already.`, 'A host has one pair; where several may take its VMs, write backup_hosts in its host group.');
  });
  if (ha && tenant.hostPairs.length > 0) say(['hostPairs'], 'A cluster of type HA has no host pairs.', 'Leave host_pairs out: VMs restart among the hosts of one site.');
  const groups = tenant.hostGroups;
  const hasDrOnly = clusterTypeOf(tenant) === 'DR';
  groups.forEach((group, g) => {
    group.hosts.forEach((host, h) => {
      const at = ['hostGroups', g, 'hosts', h];
      if (!need(say, host, home, at, 'host at the home site')) return;
      // Only host monitors need it: what a cluster without HA moves as one may share its hosts.
      const other = hasDrOnly ? undefined : groups.find((each, index) => index < g && each.hosts.includes(host));
      if (other) say(at, `Host '${host}' is in host group ${other.name} already.`, 'A host is in one host group: take it out of one of them.', `modify host_group ${other.name} remove hosts=${host}`);
    });
    if (ha && group.backupHosts) say(['hostGroups', g, 'backupHosts'], 'A cluster of type HA has no backup site.', 'Leave backup_hosts out.');
    else group.backupHosts?.forEach((host, h) => { need(say, host, backup, ['hostGroups', g, 'backupHosts', h], 'host at the backup site'); });
    const vioses = estate.sites.flatMap((site) => site.hosts).filter(({ name }) => group.hosts.includes(name)).flatMap((host) => host.vioses.filter((vios) => !host.excludedVioses?.includes(vios)));
    if (vioses.length > viosesMax) say(['hostGroups', g, 'hosts'], `The hosts of ${group.name} have ${vioses.length} VIOS.`, `A host group has ${viosesMax} at most: name those that do not count in excluded_vioses of their host.`);
  });
}

function vmsOf(estate: Estate, tenant: Tenant, say: Say): void {
  const groups = tenant.hostGroups.map(({ name }) => name);
  const everyHost = [...new Set([...hostNames(estate, tenant.homeSite), ...hostNames(estate, tenant.backupSite)])];
  tenant.vms.forEach((vm, v) => {
    const at = (...rest: Place): Place => ['vms', v, ...rest];
    const group = tenant.hostGroups.find(({ name }) => name === vm.hostGroup);
    const away = group && hasDr(tenant) && vm.unmanaged !== true ? hostsOfGroupAt(tenant, group, tenant.backupSite) : [];
    if (need(say, vm.hostGroup, groups, at('hostGroup'), 'host group')) need(say, vm.host, group?.hosts ?? [], at('host'), 'host in that host group');
    vm.blacklist?.forEach((host, b) => { need(say, host, everyHost, at('blacklist', b), 'host of this tenant'); });
    if (group && vm.blacklist && everyHost.length > 0 && everyHost.every((host) => vm.blacklist!.includes(host))) say(at('blacklist'), `No host is left for VM '${vm.name}'.`, 'Take one out of its blacklist.', `modify vm ${vm.name} blacklist=none`);
    else if (away.length > 0 && away.every((host) => vm.blacklist?.includes(host))) say(at('blacklist'), `No host at ${tenant.backupSite} is left for VM '${vm.name}': a move of its group would take its disks away.`, 'Take one of them out of its blacklist, or do not manage the VM.', `modify vm ${vm.name} blacklist=none`);
    if (vm.blacklist?.includes(vm.host)) say(at('blacklist'), `VM '${vm.name}' lives on ${vm.host}, and its blacklist forbids that host.`, 'Take it out of the blacklist, or give the VM another home.', `modify vm ${vm.name} host=NAME`);
    vm.after?.forEach((other, o) => {
      const first = tenant.vms.find(({ name }) => name === other);
      if (need(say, other, tenant.vms.map(({ name }) => name), at('after', o), 'VM') && first!.hostGroup !== vm.hostGroup) say(at('after', o), `VM '${other}' is in host group ${first!.hostGroup}, and ${vm.name} in ${vm.hostGroup}.`, 'VMs wait for VMs of their own host group only.');
    });
    if ((vm.minMemoryMb ?? 0) > vm.memoryMb) say(at('minMemoryMb'), `The minimum of ${vm.name} is more than what it has.`, `Write at most ${vm.memoryMb}.`);
    if ((vm.minProcessors ?? 0) > vm.processors) say(at('minProcessors'), `The minimum of ${vm.name} is more than what it has.`, `Write at most ${vm.processors}.`);
    const apps = vm.apps ?? [];
    apps.forEach((app, a) => {
      if (apps.findIndex(({ name }) => name === app.name) < a) say(at('apps', a, 'name'), `The application '${app.name}' stands here a second time.`, 'Applications of one VM have different names.');
      app.after?.forEach((other, o) => { need(say, other, apps.map(({ name }) => name), at('apps', a, 'after', o), 'application in that VM'); });
    });
    if (apps.length > 0 && vm.agent !== true) say(at('apps'), `VM '${vm.name}' has applications and no VM agent that could watch them.`, 'Write agent: yes, or leave the applications out.', `modify vm ${vm.name} agent=yes`);
    const circle = circleIn(apps.map(({ name }) => name), (name) => apps.find((each) => each.name === name)?.after ?? []);
    if (circle) say(at('apps'), `Applications of ${vm.name} wait for each other in a circle: ${circle.join(' after ')}.`, 'Take one of these out of after:.');
  });
  const circle = circleIn(tenant.vms.map(({ name }) => name), (name) => tenant.vms.find((each) => each.name === name)?.after ?? []);
  if (circle) say(['vms', tenant.vms.findIndex(({ name }) => name === circle[0]), 'after'], `VMs wait for each other in a circle: ${circle.join(' after ')}.`, 'Take one of these out of after:.', `modify vm ${circle[0]} after=none`);
}

function workgroupsOf(tenant: Tenant, say: Say): void {
  const taken = new Map<string, string>();
  tenant.workgroups?.forEach((workgroup, w) => {
    const at = (...rest: Place): Place => ['workgroups', w, ...rest];
    need(say, workgroup.hostGroup, tenant.hostGroups.map(({ name }) => name), at('hostGroup'), 'host group');
    workgroup.vms.forEach((name, v) => {
      if (!need(say, name, tenant.vms.map((vm) => vm.name), at('vms', v), 'VM')) return;
      const { hostGroup } = tenant.vms.find((vm) => vm.name === name)!;
      if (hostGroup !== workgroup.hostGroup) say(at('vms', v), `VM '${name}' is in host group ${hostGroup}, and the workgroup in ${workgroup.hostGroup}.`, 'VMs of a workgroup are of one host group.');
      const other = taken.get(name);
      if (other !== undefined) say(at('vms', v), `VM '${name}' is in workgroup ${other} already.`, 'A VM is in one workgroup: take it out of one of them.', `modify workgroup ${other} remove vms=${name}`);
      taken.set(name, workgroup.name);
    });
  });
}

/** A parameter that nobody fills would be found out at night. */
function unknownParameters(estate: Estate, action: string, known: readonly string[], say: (what: string, remedy: string) => void): void {
  const strangers = (estate.actions ?? []).find(({ name }) => name === action)?.parameters.filter((name) => !known.includes(name)) ?? [];
  if (strangers.length > 0) say(`The action '${action}' wants ${strangers.join(', ')}, which a script is not told.`, `It may have the parameters ${known.join(', ')}.`);
}

const called = { site: 'site', host_group: 'host group', workgroup: 'workgroup', vm: 'VM' } as const;
function scriptsOf(estate: Estate, tenant: Tenant, say: Say): void {
  const actions = (estate.actions ?? []).filter((action) => action.tenants === 'all' || action.tenants.includes(tenant.name)).map(({ name }) => name);
  const named = { site: [tenant.homeSite, tenant.backupSite].filter((name) => name !== ''), host_group: tenant.hostGroups.map(({ name }) => name), workgroup: (tenant.workgroups ?? []).map(({ name }) => name), vm: tenant.vms.map(({ name }) => name) };
  tenant.scripts?.forEach((script, s) => {
    const at = (...rest: Place): Place => ['scripts', s, ...rest];
    need(say, script.name, [...new Set(named[script.entity])], at('name'), called[script.entity]);
    need(say, script.action, actions, at('action'), 'action of this tenant');
    unknownParameters(estate, script.action, hookParameters, (what, remedy) => { say(at('action'), what, remedy); });
    if (!hookEntities[script.hook].includes(script.entity)) say(at('hook'), `${script.hook} is no hook of a ${called[script.entity]}.`, `It hangs on ${hookEntities[script.hook].join(', ')}.`);
    if (tenant.scripts!.findIndex((each) => each.entity === script.entity && each.name === script.name && each.hook === script.hook) < s) say(at('hook'), `${script.hook} of ${script.name} has a script already.`, 'One script for each hook: take one out.', `delete script entity=${script.entity} ${script.name} hook=${script.hook}`);
  });
  tenant.notifyScripts?.forEach((script, s) => {
    need(say, script.action, actions, ['notifyScripts', s, 'action'], 'action of this tenant');
    unknownParameters(estate, script.action, notifyParameters, (what, remedy) => { say(['notifyScripts', s, 'action'], what, remedy); });
    if (!/^[A-Z][A-Z0-9_]+$/.test(script.event)) say(['notifyScripts', s, 'event'], `'${script.event}' is no name of an event.`, 'Write it as KSYS does: HOST_FAILURE.');
  });
}
