import { refusal, type Answer } from '../core/answer.js';
import { mine, type Asked } from './asked.js';
import { appSeen } from './group-tables.js';

/** What the agent in the VM shows beside the controller's colours (seeds/5). */
const inVm = { GREEN: 'NORMAL (GREEN)', YELLOW: 'WARNING (YELLOW)', RED: 'FAILURE (RED)', GRAY: 'NOT MONITORED (GRAY)' } as const;

/** `ksysvmmgr q app [NAME] [vm=VM]`, in the agent's own form (seeds/5). */
export function queryApps(asked: Asked): Answer {
  const wanted = asked.attributes.get('vm');
  const found = mine(asked).flatMap((tenant) => tenant.vms.filter((vm) => wanted === undefined || vm.name === wanted).flatMap((vm) => (vm.apps ?? []).filter((app) => asked.name === null || app.name === asked.name).map((app) => ({ vm, app, seen: appSeen(asked, vm, app.name) }))));
  if (found.length === 0) return refusal(2, 'not-found', asked.name === null ? `There is no application${wanted === undefined ? '' : ` in VM ${wanted}`}.` : `There is no application '${asked.name}'.`, 'Look at the list.', 'query app');
  const blocks = found.map(({ vm, app, seen }) => [`Application name=${app.name}`, `monitor_script=${app.monitorScript}`, `stop_script=${app.stopScript}`, `start_script=${app.startScript}`, `critical=${app.critical ? 'yes' : 'no'}`, ...(app.after === undefined ? [] : [`dependency=${app.after.join(',')}`]), `status=${inVm[seen?.status ?? 'GRAY']}`, `vm=${vm.name}`]);
  return { kind: 'said', status: 0, text: blocks.map((block) => block.join('\n')).join('\n\n'), next: [], json: found.map(({ vm, app, seen }) => ({ name: app.name, vm: vm.name, monitor_script: app.monitorScript, stop_script: app.stopScript, start_script: app.startScript, critical: app.critical, status: seen?.status ?? 'GRAY' })) };
}
