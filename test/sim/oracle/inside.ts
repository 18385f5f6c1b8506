import type { MakeFamily } from './family.js';
import type { RunSeen } from './seen.js';

/** Nobody was asked, since a policy is the approval. */
const byItself = ({ plan }: RunSeen): boolean => plan.operation.automatic === true && plan.gate.people === 0;

/** Invariants 1, 6, 13 and 41 inside a site: a restart there, a live move, and what goes by itself. */
export const inside: MakeFamily = (seen, broke) => ({
  beforeEffect({ effect, n, key }, of) {
    if (effect.op === 'restarted-elsewhere') {
      const alive = seen.liveOnes(effect.vm);
      if (alive.length > 0) broke('1-runs-twice', `line ${n}: ${effect.vm} is restarted on ${effect.to}, and ${alive[0]!.host} has it, too`);
      const proof = [...(of?.run.steps ?? [])].some(([id, { status }]) => status === 'done' && id === `ha-stop-vm:${effect.vm}`);
      if (!proof) broke('6-death-evidence', `line ${n}: ${effect.vm} is restarted on ${effect.to}, and nobody has proven that it is stopped on ${effect.host}`);
    }
    if (effect.op === 'restarted-elsewhere' || effect.op === 'migrated') {
      if (seen.siteOf(effect.host) !== seen.siteOf(effect.to)) broke('44-inside-a-site', `line ${n}: ${effect.vm} goes from ${effect.host} to ${effect.to}, which is another site`);
      const { role } = seen.world.groups[seen.groupOf(effect.vm)]!.copies[seen.siteOf(effect.to)]!;
      if (role === 'stale' || role === 'secondary') broke('13-loser-starts', `line ${n}: ${effect.vm} starts on ${effect.to}, whose copy is ${role}`);
    }
    if (!of || !byItself(of.run)) return;
    const at = 'to' in effect && 'host' in effect ? [effect.host, effect.to] : 'host' in effect ? [effect.host] : [];
    const { from, to } = of.run.plan.operation;
    if ('group' in effect || from !== to || at.some((host) => seen.siteOf(host) !== from)) broke('44-inside-a-site', `line ${n}: ${effect.op} for ${String(key)}, which goes by itself, reaches beyond ${from}`);
  },
  beforeEntry({ event, seq, at }) {
    const run = 'run' in event && typeof event.run === 'string' ? seen.runs.get(event.run) : undefined;
    const stopped = seen.automationStoppedAt !== null && seen.automationStoppedAt < at;
    if (run && stopped && byItself(run) && (event.type === 'run.started' || event.type === 'step.started')) broke('41-automation', `entry ${seq}: ${event.type === 'step.started' ? `${event.step} of ${event.run}` : event.run} begins by itself, and automation is stopped`);
  },
});
