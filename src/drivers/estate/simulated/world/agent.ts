import type { App } from '../../../../core/estate.js';
import type { Millis } from '../../../../core/names.js';
import { maxRestartOf } from '../../../../core/policies.js';
import type { AgentSeen, LparSeen, ViosSeen } from '../../../../ports/world.js';
import type { WorldLog } from './log.js';
import { vmOfLpar, type Fault, type Instance } from './model.js';

/** How often the agent runs the monitor script, and how long it gives a restarted application. Estate time. */
const monitorEveryMs = 10_000;

/** What the host monitors hear of a VM's agent (seeds/5). Nobody hears anything where no VIOS of the host has a working host monitor. */
export function agentSeen(log: WorldLog, instance: Instance, state: LparSeen['state'], vioses: readonly ViosSeen[]): AgentSeen | null {
  const vm = vmOfLpar(log.estate, instance.lpar);
  if (vm?.agent !== true || instance.shape.rehearsal || state !== 'Running' || vioses.every((vios) => vios.monitorMode === 'DOWN')) return null;
  const now = log.now();
  const silent = instance.health.state !== 'ok';
  return { silentForMs: silent ? Math.max(0, now - instance.health.since) : 0, cpuPercent: log.has('cpu-high', vm.name) ? 97 : 40, losesPackets: log.has('packets-lost', vm.name), apps: (vm.apps ?? []).map((app) => appSeen(log, instance, app, silent, maxRestartOf(vm), now)) };
}

/** A failing application is restarted in the VM, max_restart times (seeds/5): YELLOW meanwhile, RED when none of that has helped. */
function appSeen({ world }: WorldLog, instance: Instance, app: App, silent: boolean, restartsMax: number, now: Millis): AgentSeen['apps'][number] {
  const fault = world.faults.find((each) => each.target === app.name && stillFails(each, instance));
  if (silent) return { name: app.name, status: 'GRAY', restarts: 0 };
  if (!fault) return { name: app.name, status: 'GREEN', restarts: 0 };
  // A boot begins the count anew.
  const failingForMs = now - Math.max(fault.since, instance.doing === 'boot' ? instance.until : fault.since);
  const restarts = Math.min(restartsMax, Math.floor(failingForMs / monitorEveryMs));
  return { name: app.name, status: failingForMs >= (restartsMax + 1) * monitorEveryMs ? 'RED' : 'YELLOW', restarts };
}

function stillFails({ fault, since, host }: Fault, instance: Instance): boolean {
  const bootedAt = instance.doing === 'boot' ? instance.until : 0;
  switch (fault) {
    case 'app-fails': return true;
    case 'app-fails-until-reboot': return bootedAt <= since;
    case 'app-fails-until-moved': return host === null || host === instance.host;
    default: return false;
  }
}
