import type { DeviceModel, EstateModel, GroupModel, SiteModel, TenantModel, Trouble, VmModel } from '../read-models/estate.js';
import { Badge, severityTone, vmTone, type Tone } from './badge.js';
import { counted, duration } from './format.js';
import { useResource } from './hooks.js';
import { ProblemNote, Waiting } from './notice.js';

export function EstatePanel({ version }: { readonly version: number }) {
  const { data, problem } = useResource<EstateModel>('/api/estate', version);
  if (problem && !data) return <ProblemNote problem={problem} />;
  if (!data) return <Waiting what="the estate" />;
  return (
    <>
      {data.tenants.map((tenant) => <TenantView key={tenant.name} tenant={tenant} />)}
      <h3 class="section">Sites</h3>
      {data.sites.map((site) => <SiteView key={site.name} site={site} />)}
    </>
  );
}

function TenantView({ tenant }: { readonly tenant: TenantModel }) {
  return (
    <section class="block" aria-label={`Tenant ${tenant.name}`}>
      <h3>{tenant.name} <small>{tenant.homeSite} → {tenant.backupSite}</small></h3>
      {tenant.notices.map(({ badge, severity, words }) => <p class="notice" key={badge}><Badge tone={severityTone(severity)}>{badge}</Badge> {words}</p>)}
      {tenant.groups.map((group) => <GroupView key={group.group} group={group} />)}
    </section>
  );
}

const replicationTones: Record<GroupModel['replication']['state'], Tone> = { SYNC: 'good', SYNCING: 'info', SUSPENDED: 'warning', UNKNOWN: 'quiet' };

function GroupView({ group }: { readonly group: GroupModel }) {
  const { replication } = group;
  const ready = group.vms.filter((vm) => vm.state === 'READY_TO_MOVE').length;
  return (
    <div class="group">
      <p class="facts">
        <span><strong>{group.group}</strong> active at <strong>{group.activeSite}</strong> {group.atHome ? null : <Badge tone="warning">Away from home</Badge>}</span>
        <span>Replication {replication.from} → {replication.to} <Badge tone={replicationTones[replication.state]}>{replication.state}</Badge>{replication.lagMs === null ? '' : ` ${duration(replication.lagMs)} behind`}</span>
        <span>{ready} of {counted(group.vms.length, 'VM')} ready to move</span>
      </p>
      {group.pending.map((work) => <p class="notice" key={work.work}><Badge tone="warning">{`Pending ${work.work}`}</Badge> {work.site}: {work.because}</p>)}
      <div class="scroll" tabIndex={0} role="region" aria-label={`VMs of ${group.group}`}>
        <table>
          <thead><tr><th scope="col">VM</th><th scope="col">State</th><th scope="col">Power</th><th scope="col">Where</th></tr></thead>
          <tbody>{group.vms.map((vm) => <VmRow key={vm.vm} vm={vm} />)}</tbody>
        </table>
      </div>
    </div>
  );
}

const powerTones: Record<VmModel['power'], Tone> = { running: 'good', off: 'quiet', unknown: 'warning' };

function VmRow({ vm }: { readonly vm: VmModel }) {
  const note = vm.reason ?? (vm.unmirrored.length > 0 ? `not mirrored: ${vm.unmirrored.join(', ')}` : null);
  return (
    <>
      <tr class={note === null ? '' : 'noted'}>
        <th scope="row">{vm.vm}</th>
        <td><Badge tone={vmTone(vm.state)}>{vm.state}</Badge></td>
        <td><Badge tone={powerTones[vm.power]}>{vm.power}</Badge></td>
        <td>{vm.host ?? 'no host'} <small>{vm.site}</small></td>
      </tr>
      {note === null ? null : <tr class="note"><td colSpan={4}>{note}</td></tr>}
    </>
  );
}

function SiteView({ site }: { readonly site: SiteModel }) {
  return (
    <section class="block" aria-label={`Site ${site.name}`}>
      <h3>{site.name} <small>{site.shared ? 'shared, ' : ''}{site.role}</small> <TroubleView trouble={site.trouble} fine={null} /></h3>
      <ul class="devices">
        {site.hosts.map((host) => <Device key={host.name} kind="Host" device={host} more={host.vms.length === 0 ? 'no VM' : counted(host.vms.length, 'VM')} />)}
        {site.hmcs.map((hmc) => <Device key={hmc.name} kind="HMC" device={hmc} more="" />)}
        {site.storageAgents.map((agent) => <Device key={agent.name} kind="Storage" device={agent} more="" />)}
      </ul>
    </section>
  );
}

function Device({ kind, device, more }: { readonly kind: string; readonly device: DeviceModel; readonly more: string }) {
  return (
    <li>
      <span class="kind">{kind}</span> <strong>{device.name}</strong> <small>{device.detail}{more === '' ? '' : ` · ${more}`}</small>
      <TroubleView trouble={device.trouble} fine="No trouble known" />
    </li>
  );
}

function TroubleView({ trouble, fine }: { readonly trouble: readonly Trouble[]; readonly fine: string | null }) {
  if (trouble.length === 0) return fine === null ? null : <Badge tone="good">{fine}</Badge>;
  return <>{trouble.map((each) => <Badge key={`${each.name} ${each.since}`} tone={severityTone(each.severity)}>{each.incident === null ? each.name : `${each.name} (${each.incident})`}</Badge>)}</>;
}
