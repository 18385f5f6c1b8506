import { runStream, standingStream, type JournalEvent } from '../core/event.js';
import { lifeboat, type Millis } from '../core/names.js';
import type { RunState } from '../core/run-state.js';
import { isStanding, type StandingState } from '../core/standing-authority.js';
import { againstUse, endsBecause, type StandingLook } from '../core/standing-use.js';
import { decideUntil } from '../core/start-window.js';
import { JournalError } from '../ports/journal.js';
import { entry, record, type DeskParts } from './parts.js';
import { planToday } from './planning.js';
import { startRun } from './propose.js';

/** Estate time between two looks after which nobody can say that a site was lost all the while: this process stood still, or could not look. */
const breakMs: Millis = 60_000;

/**
 * Uses what a quorum signed in advance, at most once: it grants a run that Lifeboat has proposed for its incident, and nothing else. Use and grant are one append, expected at the
 * heads of both streams, so that of several nodes, crashes and a revocation at the same moment exactly one thing happens. Called after each look of the monitor with the keys that fail now.
 */
export function createStandingWatch(parts: DeskParts): { looked(failing: ReadonlySet<string>): Promise<void> } {
  const state = () => parts.live.current;
  // Only what this process has seen without a break counts as lost: a restart begins anew.
  const since = new Map<string, Millis>();
  let lookedAt = -Infinity;

  const look = ({ authority }: StandingState): StandingLook => ({ state: state(), since, runbookVersion: parts.runbooks.find(({ name }) => name === authority.runbook)?.version ?? null, now: parts.clock.now() });

  /** Lifeboat's own question about exactly this, still open. */
  const openRun = ({ authority: { operation } }: StandingState): RunState | undefined => [...state().runs.values()].find(({ status, plan }) =>
    status === 'proposed' && plan.operation.verb === 'move' && plan.operation.drType === 'unplanned' && plan.tenant === operation.tenant && plan.operation.from === operation.from && plan.operation.to === operation.to
    && [...plan.operation.hostGroups].toSorted().join() === [...operation.hostGroups].toSorted().join());

  async function end(standing: StandingState): Promise<boolean> {
    const { authority } = standing;
    const why = endsBecause(standing, look(standing));
    if (why === null) return false;
    await write(standing, [], { type: 'standing.ended', standing: authority.id, why });
    return true;
  }

  async function write({ authority: { tenant } }: StandingState, more: { readonly run: RunState; readonly event: JournalEvent }[], event: JournalEvent | null): Promise<boolean> {
    const entries = [...(event === null ? [] : [entry(standingStream, tenant, lifeboat('monitor'), event)]), ...more.map(({ run, event: each }) => entry(runStream(run.plan.run), tenant, lifeboat('monitor'), each))];
    try {
      await record(parts, entries, { ...(event === null ? {} : { [standingStream]: state().heads.get(standingStream) ?? 0 }), ...Object.fromEntries(more.map(({ run }) => [runStream(run.plan.run), run.streamSeq])) });
      return true;
    } catch (error) {
      // Somebody revoked, decided or held, or another node was faster: the next look starts from what is true then.
      if (error instanceof JournalError && error.code === 'conflict') return false;
      throw error;
    }
  }

  /** Told once for each reason. */
  async function decline(standing: StandingState, run: RunState, why: readonly string[]): Promise<void> {
    const { id } = standing.authority;
    const words = `${why.join('; ')}.`;
    if (!run.declined.some((each) => each.standing === id && each.why === words)) await write(standing, [{ run, event: { type: 'standing.declined', run: run.plan.run, standing: id, why: words } }], null);
  }

  async function use(standing: StandingState): Promise<void> {
    const { id, conditions } = standing.authority;
    const run = openRun(standing);
    if (!run || standing.status !== 'in-force') return;
    const { plan } = run;
    const { waits, why, unsure } = againstUse(standing, run, look(standing));
    if (why.length > 0) {
      const due = (parts.clock.now() - run.proposedAt) * state().estate!.clockRate >= conditions.lostForMs;
      if (due && !waits) await decline(standing, run, [...why, ...(unsure === null ? [] : [unsure])]);
      return;
    }
    const [head, seen] = [state().heads.get(standingStream), run.streamSeq];
    const today = await planToday(parts, run);
    // While the plan was made, anything may have been written: what was decided on must still be what is there.
    if (state().heads.get(standingStream) !== head || run.streamSeq !== seen || againstUse(standing, run, look(standing)).why.length > 0) return;
    if (today.kind === 'refused') return decline(standing, run, [`no plan can be made now: ${today.refusal.what.replace(/\.$/, '')}`]);
    // An HMC that answers again may tell what nobody could see when it was planned: the plan is made anew, and looked at again.
    if (today.kind === 'changed') {
      await write(standing, [{ run, event: { type: 'plan.revised', plan: today.plan, expiresAt: decideUntil(today.plan, parts.clock.now()), changes: today.changes, voided: run.approvals.map(({ by }) => by) } }], null);
      return;
    }
    if (unsure !== null) return decline(standing, run, [unsure]);
    const granted: JournalEvent = { type: 'plan.granted', run: plan.run, epoch: plan.epoch, digest: plan.digest, by: standing.signed.map(({ by }) => by), under: id };
    if (await write(standing, [{ run, event: granted }], { type: 'standing.used', standing: id, granted: plan.run })) await startRun(parts, plan.run, plan.epoch);
  }

  return {
    async looked(failing) {
      const now = parts.clock.now();
      if ((now - lookedAt) * (state().estate?.clockRate ?? 1) > breakMs) since.clear();
      lookedAt = now;
      for (const key of since.keys()) if (!failing.has(key)) since.delete(key);
      for (const key of failing) if (!since.has(key)) since.set(key, now);
      for (const id of state().standing.keys()) {
        const standing = state().standing.get(id)!;
        if (isStanding(standing) && !(await end(standing))) await use(standing);
      }
    },
  };
}
