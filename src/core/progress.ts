import type { JournalEvent } from './event.js';
import { stepOf, type Plan, type Step } from './plan.js';

type Words = (vm: string, step: Step) => readonly string[];
const text = (step: Step, key: string): string => String(step.args[key] ?? '');
const none: Words = () => [];

/** KSYS's words for the beginning and the end of a step (seeds/5, reference/ksys.md 4.12). Derived from the journal's own entries: nothing is written for them. */
const words: Record<string, readonly [started: Words, done: Words]> = {
  'discover-host': [none, none],
  'discover-vm': [(vm) => [`Discovery has started for VM ${vm}`], (vm) => [`Discovery for VM ${vm} is complete`]],
  'verify-vm': [(vm) => [`Verification has started for VM ${vm}`], (vm) => [`Verification has completed for VM ${vm}`]],
  'stop-vm': [(vm) => [`Shutdown has started for VM ${vm}`], (vm) => [`Shutdown has completed for VM ${vm}`]],
  'try-stop-vm': [(vm) => [`Shutdown has started for VM ${vm}`], none],
  'confirm-stopped': [none, (vm) => [`Shutdown has completed for VM ${vm}`]],
  'power-off-vm': [(vm) => [`Shutdown has started for VM ${vm}`], (vm) => [`Shutdown has completed for VM ${vm}`]],
  'reverse-group': [(_vm, step) => [`Storage mirror reversal has started for Disk_group ${text(step, 'group')}`], (_vm, step) => [`Storage mirror reversal has completed for Disk_group ${text(step, 'group')}`]],
  'fail-over-group': [(_vm, step) => [`Storage failover has started for Disk_group ${text(step, 'group')}`], (_vm, step) => [`Storage failover has completed for Disk_group ${text(step, 'group')}`]],
  'resync-group': [(_vm, step) => [`Resync is in progress for Disk_group ${text(step, 'group')}`], (_vm, step) => [`Resync has completed for Disk_group ${text(step, 'group')}`]],
  'start-vm': [(vm) => [`Restart has started for VM ${vm}`], (vm, step) => [`Restart on Target host ${text(step, 'host')} has completed for VM ${vm}`]],
  'remove-vm': [(vm) => [`Configuration cleanup started for VM ${vm}`], (vm) => [`Configuration cleanup completed for VM ${vm}`]],
  'pause-ha': [(vm) => [`Stopping HA monitoring for VM ${vm}`], (vm) => [`HA monitoring for VM ${vm} stopped`]],
  'ha-stop-vm': [(vm) => [`Shutdown has started for VM ${vm}`], (vm) => [`Shutdown has completed for VM ${vm}`]],
  'restart-vm': [(vm) => [`Restart has started for VM ${vm}`], none],
  'reboot-vm': [(vm) => [`Restart has started for VM ${vm}`], none],
  'resume-ha': [(vm) => [`Starting HA monitoring for VM ${vm}`], (vm, step) => [`HA monitoring for VM ${vm} started`, ...(step.after.some((id) => id.startsWith('restart-vm:') || id.startsWith('reboot-vm:')) ? [`Restart on Target host ${text(step, 'host')} has completed for VM ${vm}`] : [])]],
  'clean-source': [(vm) => [`Configuration cleanup started for VM ${vm}`], (vm) => [`VM monitoring for VM ${vm} started`, `Configuration cleanup completed for VM ${vm}`]],
  'validate-lpm': [(vm) => [`LPM validation has started for VM ${vm}`], (vm) => [`LPM validation has completed for VM ${vm}`]],
  'migrate-vm': [(vm) => [`LPM has started for VM ${vm}`], (vm, step) => [`LPM to Target host ${text(step, 'to')} has completed for VM ${vm}`]],
  'clone-group': [(_vm, step) => [`VM Volumes clone with consistency has started for ${text(step, 'group')}`], (_vm, step) => [`VM Volumes clone with consistency has completed for ${text(step, 'group')}`]],
  'define-test-vm': [(vm) => [`Rehearsal VM creation has started for VM ${vm}`], (vm) => [`Rehearsal VM ${vm}_Rehearsal creation has completed`]],
  'start-test-vm': [(vm, step) => [`Boot up on ${text(step, 'site')} Site has started for VM ${vm}_Rehearsal`], (vm, step) => [`Boot up on ${text(step, 'site')} Site has completed for VM ${vm}_Rehearsal`]],
  'remove-test-vm': [(vm) => [`VM Removal has started for VM ${vm}_Rehearsal`], (vm) => [`VM Removal has completed for VM ${vm}_Rehearsal`]],
  'remove-clone': [(_vm, step) => [`VM Volumes clone with consistency delete has started for ${text(step, 'group')}`], (_vm, step) => [`VM Volumes clone with consistency delete has completed for ${text(step, 'group')}`]],
  'close-rehearsal': [none, (_vm, step) => [`dr_test cleanup has completed for ${text(step, 'group')}`]],
};

/** What a run's entry says to somebody who follows it as on a KSYS. Empty: nothing. */
export function progressLines(event: JournalEvent, plan: Plan): readonly string[] {
  if (event.type === 'step.progress') return [event.line];
  if (event.type !== 'step.started' && event.type !== 'step.finished') return [];
  const step = stepOf(plan, event.step);
  const known = step && words[step.kind];
  if (!step || !known) return step && event.type === 'step.started' && step.entity.class !== 'vm' && step.kind !== 'joint' ? [`${step.says[0]!.toUpperCase()}${step.says.slice(1)}`] : [];
  if (event.type === 'step.started') return event.attempt > 1 ? [] : known[0](text(step, 'vm'), step);
  if (event.outcome === 'done') return known[1](text(step, 'vm'), step);
  return event.willRetry ? [] : [`ERROR: ${step.says}: ${event.why ?? event.outcome}`];
}

const capital: Record<string, string> = { site: 'Site', host_group: 'Host_group', workgroup: 'Workgroup', vm: 'VM', host: 'Host' };
/** `Restart in progress for Host_group HG1` (seeds/5). */
export function operationLine({ operation }: Plan): string {
  const { verb, scope, drTest, drType } = operation;
  const of = `${capital[scope.class]} ${scope.name}`;
  switch (verb) {
    case 'discover': return scope.class === 'site' ? 'Running discovery on entire site, this may take a few minutes...' : `Running discovery on ${of}, this may take a few minutes...`;
    case 'verify': return scope.class === 'site' ? 'Running verification on entire site, this may take a few minutes...' : `Running verification on ${of}, this may take a few minutes...`;
    case 'move': return drTest ? `${capital[scope.class]} dr_test move started for ${scope.name} to ${operation.to}` : `${drType === 'unplanned' ? 'Unplanned move' : 'Move'} in progress for ${of} from ${operation.from} to ${operation.to}`;
    case 'cleanup': return drTest ? `${capital[scope.class]} dr_test cleanup started for ${scope.name}` : `Cleanup in progress for ${of}`;
    case 'resync': return `${of} resync has started`;
    case 'recover': return `Recovery in progress for ${of}`;
    case 'restart': return `Restart in progress for Host_group ${operation.hostGroups.join(', ')}`;
    case 'lpm': return `LPM in progress for ${of}`;
    case 'restore': return `Restore in progress for ${of}`;
  }
}
