import { siteOfHost, tenantOfHostGroup, tenantOfVm, siteOf, type Estate } from '../core/estate.js';
import type { Step } from '../core/plan.js';

/** The same step by a person's hand. Disk groups come in words: arrays differ by model and replication mode, and a wrong direction typed at night destroys data. */
export function byHand({ kind, says, args, entity }: Step, estate: Estate): string {
  const [vm, host, group, to] = [String(args.vm), String(args.host), String(args.group), String(args.to ?? args.from)];
  const onHmc = (command: string): string => `on HMC ${siteOfHost(estate, host)?.hmcs.map((hmc) => hmc.hostname).join(' or ') ?? '?'}: ${command}`;
  const onArray = (what: string): string => `on storage agent ${siteOf(estate, to)?.storageAgents.map((agent) => `${agent.name} (${agent.storageType} ${agent.serialNumber}, ${agent.ip})`).join(' or ') ?? '?'}, in its own tool: ${what}`;
  if (entity.class === 'runbook') return `by a person, with the names and the time written down: ${says}`;
  switch (kind) {
    case 'stop-vm': return onHmc(`chsysstate -r lpar -m ${host} -o osshutdown -n ${vm}`);
    case 'try-stop-vm':
    case 'power-off-vm': return onHmc(`chsysstate -r lpar -m ${host} -o shutdown --immed -n ${vm}`);
    case 'start-vm': return onHmc(`chsysstate -r lpar -m ${host} -o on -n ${vm}`);
    case 'remove-vm': return onHmc(`rmsyscfg -r lpar -m ${host} -n ${vm} (only while it is Not Activated)`);
    case 'confirm-stopped': return `${onHmc(`lssyscfg -r lpar -m ${host} -F name,state`)}; it must say Not Activated for ${vm}. If the HMC is silent, somebody must see with their own eyes that ${host} is off`;
    case 'verify-vm':
    case 'discover-vm': return onHmc(`lssyscfg -r lpar -m ${host} -F name,state`);
    case 'define-vm': {
      const known = tenantOfVm(estate, vm)?.vms.find((each) => each.name === vm);
      return `on HMC ${siteOfHost(estate, host)?.hmcs.map((each) => each.hostname).join(' or ') ?? '?'}: create partition ${vm} on ${host} with ${known?.memoryMb ?? '?'} MB, ${known?.processors ?? '?'} processors, VLAN ${known?.vlan ?? '?'}, and map ${known?.disks.map((disk) => disk.name).join(', ') ?? 'its disks'}`;
    }
    case 'reverse-group': return onArray(`swap the roles of ${group}, so that ${to} becomes the source; wait until it is in sync`);
    case 'fail-over-group': return onArray(`fail ${group} over, so that ${to} becomes writable`);
    case 'resync-group': return onArray(`mirror ${group} from ${to} to the other side. Check the direction twice: ${tenantOfHostGroup(estate, group)?.name ?? 'the tenant'} loses what only the other side has`);
    default: return `look: ${says}`;
  }
}
