import type { DrEvent, Evidence, Incident, ToldBecause } from './dr-event.js';
import type { EstateDraft } from './draft.js';
import type { Estate } from './estate.js';
import type { BrokenGlass } from './glass.js';
import type { Actor, HostGroupName, HostName, IncidentId, Json, Millis, PersonName, RunId, SilenceId, SiteName, StepId, Surface, TenantName, VmName } from './names.js';
import type { Override, Shift } from './on-call/duty.js';
import type { EscalationStep } from './on-call/escalation.js';
import type { Plan } from './plan.js';
import type { PlanChange } from './plan-diff.js';
import type { Scope } from './scope.js';
import type { Silence } from './incident-rules/silence.js';
import type { StandingEvent, StandingId } from './standing-authority.js';

/** Life of a VM as KSYS shows it (reference/ksys.md 5.1, 5.2). */
export type VmLifecycle = 'INIT' | 'DISCOVERED' | 'READY_TO_MOVE' | 'MOVING' | 'ACTIVE_NEEDS_CLEANUP' | 'ACTIVE_NEEDS_RESYNC' | 'MOVE_FAILED';

export type PendingKind = 'cleanup' | 'resync';

/** monitored: failures of the VM are acted upon. paused: an operation on it is under way. blocked: it waits for proof that it is stopped, or for a person (seeds/5, reference/ksys.md 4.10). */
export type HaState = 'monitored' | 'paused' | 'blocked';
/** `Dr Test State` (reference/ksys.md 5.1); `State` itself stays as it is. */
export type DrTestState = 'INIT' | 'ACTIVE' | 'ACTIVE_COMPLETED' | 'SHUTOFF' | 'DRTESTCLEANUP_COMPLETED';

/** What a finished step proved about the estate. The fold applies them; nothing else changes estate state. */
export type StateChange =
  | { readonly kind: 'vm'; readonly vm: VmName; readonly state: VmLifecycle; readonly reason: string | null; readonly power?: 'running' | 'off' | 'unknown'; readonly host?: string | null; readonly site?: SiteName; readonly unmirrored?: readonly string[] }
  /** Restarted or migrated inside its site; its state for moves follows from that. */
  | { readonly kind: 'place'; readonly vm: VmName; readonly host: HostName; readonly power: 'running' | 'off' | 'unknown' }
  | { readonly kind: 'ha'; readonly vm: VmName; readonly state: HaState; readonly reason: string | null }
  /** What is left of a VM on a host that it was restarted away from. */
  | { readonly kind: 'left'; readonly vm: VmName; readonly host: HostName; readonly open: boolean }
  | { readonly kind: 'dr-test'; readonly group: HostGroupName; /** null: all of the group. */ readonly vm: VmName | null; readonly state: DrTestState; readonly site: SiteName; readonly hosts: readonly HostName[] }
  /** A disaster took a host from every rehearsal on it, whoever's it was. */
  | { readonly kind: 'dr-test-evicted'; readonly host: HostName }
  | { readonly kind: 'group'; readonly group: HostGroupName; readonly activeSite?: SiteName; readonly replication?: Replication }
  | { readonly kind: 'pending'; readonly group: HostGroupName; readonly work: PendingKind; readonly site: SiteName; readonly open: boolean; readonly because: string };

export interface Replication {
  readonly from: SiteName;
  readonly to: SiteName;
  /** SYNC: mirrored and consistent. SUSPENDED: failed over, not mirrored. SYNCING: on its way. UNKNOWN: nobody could ask. */
  readonly state: 'SYNC' | 'SYNCING' | 'SUSPENDED' | 'UNKNOWN';
  readonly lagMs: Millis | null;
}

/** Try it again, or go on without it under a waiver that names the reason. */
export type FailedStepChoice = { readonly kind: 'retry'; readonly step: StepId } | { readonly kind: 'skip'; readonly step: StepId; readonly waiver: string };

export type StepOutcome = 'done' | 'failed' | 'unknown' | 'skipped';
export type RunOutcome = 'succeeded' | 'exceptions' | 'failed' | 'cancelled';

/** What has happened. Plain JSON: the journal keeps it, everyone reads it, nobody edits it. Named noun first, past tense. */
export type JournalEvent =
  | { readonly type: 'estate.imported'; readonly estate: Estate; readonly source: string; readonly digest: string }
  /** Clusters under construction, as they stand now. `source`: by which command of whom. */
  | { readonly type: 'estate.drafted'; readonly draft: EstateDraft; readonly source: string }
  | { readonly type: 'snapshot.taken'; readonly name: string; readonly by: PersonName; readonly estate: EstateDraft; readonly draft: EstateDraft }
  | { readonly type: 'person.linked'; readonly person: PersonName; readonly surface: Surface; readonly identity: string }
  | { readonly type: 'person.unlinked'; readonly person: PersonName; readonly surface: Surface; readonly identity: string }
  | { readonly type: 'delegation.given'; readonly from: PersonName; readonly to: PersonName; readonly until: Millis; readonly reason: string | null }
  | { readonly type: 'delegation.ended'; readonly from: PersonName }
  | { readonly type: 'token.issued'; readonly person: PersonName; readonly name: string; readonly scope: Scope; /** SHA-256 of the secret, which is kept nowhere. */ readonly hash: string; readonly expiresAt: Millis }
  | { readonly type: 'token.revoked'; readonly person: PersonName; readonly name: string; readonly hash: string }
  /** Everything that spoke for the person ended, and the person is none of the estate until a file is applied that names the person again. */
  | { readonly type: 'person.offboarded'; readonly person: PersonName; readonly unlinked: readonly { readonly surface: Surface; readonly identity: string }[]; readonly tokens: readonly string[]; readonly passkeys: readonly string[]; readonly approvals: readonly RunId[] }
  | { readonly type: 'passkey.added'; readonly person: PersonName; readonly id: string; readonly name: string; readonly publicKey: string; readonly transports: readonly string[] }
  | { readonly type: 'passkey.removed'; readonly person: PersonName; readonly id: string; readonly name: string }
  /** A failure on purpose, in a simulated estate or one marked `test: true`. */
  | { readonly type: 'fault.injected' | 'fault.reverted'; readonly fault: string; readonly target: string; readonly by: PersonName }
  /** Nothing that Lifeboat does by itself begins until it is started again. */
  | { readonly type: 'automation.stopped'; readonly by: PersonName; readonly reason: string | null }
  | { readonly type: 'automation.started'; readonly by: PersonName }
  | { readonly type: 'event.raised'; readonly event: DrEvent; readonly incident: IncidentId | null }
  | { readonly type: 'incident.opened'; readonly incident: Incident }
  | { readonly type: 'incident.proposed'; readonly incident: IncidentId; readonly run: RunId }
  /** `until`: from then on nobody looks after it again. Absent: as long as it is open. */
  | { readonly type: 'incident.acknowledged'; readonly incident: IncidentId; readonly by: PersonName; readonly until?: Millis }
  /** `by: null`: the time for which it was acknowledged is over. */
  | { readonly type: 'incident.unacknowledged'; readonly incident: IncidentId; readonly by: PersonName | null }
  /** It is told with another one from now on, its cause or the head of its group, or when a silence ends. */
  | { readonly type: 'incident.muted'; readonly incident: IncidentId; readonly cause?: IncidentId; readonly group?: IncidentId; readonly silence?: SilenceId }
  /** It is told anew, with a message of its own; nothing mutes it any more. */
  | { readonly type: 'incident.told'; readonly incident: IncidentId; readonly because: ToldBecause }
  | { readonly type: 'silence.added'; readonly silence: Silence }
  /** It ends within a quarter of an hour, and what it keeps back is open. */
  | { readonly type: 'silence.ending'; readonly silence: SilenceId; readonly open: number }
  /** `by: null`: its time is over. */
  | { readonly type: 'silence.ended'; readonly silence: SilenceId; readonly by: PersonName | null }
  /** `closed`: somebody says so, since nothing that Lifeboat sees ever would; else what was seen does. */
  | { readonly type: 'incident.resolved'; readonly incident: IncidentId; readonly evidence: readonly Evidence[]; readonly closed?: { readonly by: PersonName; readonly reason: string } }
  /** Who is called instead of whose turn it is, for a time. */
  | { readonly type: 'override.added'; readonly override: Override }
  | { readonly type: 'override.removed'; readonly override: string; readonly by: PersonName }
  /** What a schedule's calendar says now, where it says something new. `unknown`: whom it names and the estate does not know. */
  | { readonly type: 'calendar.read'; readonly schedule: string; readonly shifts: readonly Shift[]; readonly unknown: readonly string[] }
  /** Somebody else is on call from now on; null: nobody. `until`: as far as anybody knows. */
  | { readonly type: 'shift.changed'; readonly schedule: string; readonly from: PersonName | null; readonly to: PersonName | null; readonly until: Millis | null }
  /** The chain of an incident, as the estate has it now. */
  | { readonly type: 'escalation.started'; readonly incident: IncidentId; readonly policy: string; readonly steps: readonly EscalationStep[]; readonly repeat: number }
  /** `level`: counted from 0 over all rounds. `people`: nobody, where nobody was on call. */
  | { readonly type: 'incident.paged'; readonly incident: IncidentId; readonly level: number; readonly people: readonly PersonName[]; readonly because: 'due' | 'unreached' | 'asked'; readonly by?: PersonName }
  /** A call reached its person by no way. `last`: of all who were called with it. */
  | { readonly type: 'page.unreached'; readonly incident: IncidentId; readonly level: number; readonly person: PersonName; readonly why: string | null; readonly last: boolean }
  /** What a person was not told one by one, for a time. */
  | { readonly type: 'digest.made'; readonly person: PersonName; readonly from: Millis; readonly until: Millis; readonly because: 'daily' | 'quiet-hours' }
  /** Lifeboat said on a day (`2026-11-22`) that it lives. */
  | { readonly type: 'heartbeat.told'; readonly day: string }
  | { readonly type: 'plan.proposed'; readonly plan: Plan; readonly expiresAt: Millis | null }
  | { readonly type: 'plan.revised'; readonly plan: Plan; readonly expiresAt: Millis | null; readonly changes: readonly PlanChange[]; readonly voided: readonly PersonName[] }
  | { readonly type: 'approval.given'; readonly run: RunId; readonly epoch: number; readonly by: PersonName; readonly surface: Surface; readonly attested: string | null }
  /** One rejection of several that it takes to end the question. */
  | { readonly type: 'rejection.given'; readonly run: RunId; readonly epoch: number; readonly by: PersonName; readonly surface: Surface; readonly reason: string | null }
  | { readonly type: 'approval.refused'; readonly run: RunId; readonly by: PersonName; readonly surface: Surface; readonly code: string }
  /** Asked again, of those who had not decided: after one third of its life, and after two. */
  | { readonly type: 'approval.reminded'; readonly run: RunId; readonly epoch: number; readonly which: 1 | 2; readonly to: readonly PersonName[] }
  /** The backups of the gate may decide from now on, too. */
  | { readonly type: 'approval.escalated'; readonly run: RunId; readonly epoch: number; readonly to: readonly PersonName[] }
  /** An emergency: rules of the gate do not hold for this run, until then. */
  | { readonly type: 'glass.broken'; readonly run: RunId; readonly epoch: number; readonly rules: BrokenGlass['rules']; readonly reason: string; readonly by: PersonName; readonly expiresAt: Millis }
  /** `under`: the standing authority by which nobody was asked; `by` are those who signed it. */
  | { readonly type: 'plan.granted'; readonly run: RunId; readonly epoch: number; readonly digest: string; readonly by: readonly PersonName[]; readonly under?: StandingId }
  /** A standing authority is there for it and was not used: why, as a sentence. */
  | { readonly type: 'standing.declined'; readonly run: RunId; readonly standing: StandingId; readonly why: string }
  | { readonly type: 'plan.rejected'; readonly run: RunId; readonly by: PersonName; readonly reason: string | null }
  /** Taken back before it was approved, by who asked or by somebody with the role. */
  | { readonly type: 'plan.withdrawn'; readonly run: RunId; readonly by: PersonName; readonly reason: string | null }
  /** `why: null`: nobody decided in time. Otherwise what made the question pointless. */
  | { readonly type: 'plan.expired'; readonly run: RunId; readonly why: string | null }
  /** `choice`: what shall become of a failed step for which the run waits. */
  | { readonly type: 'resume.given'; readonly run: RunId; readonly by: PersonName; readonly surface: Surface; readonly choice?: FailedStepChoice }
  /** Somebody answered a step that waits for people. `form`: what was filled in. */
  | { readonly type: 'step.answered'; readonly run: RunId; readonly step: StepId; readonly by: PersonName; readonly surface: Surface; readonly answer: 'yes' | 'no'; readonly reason: string | null; readonly form: { readonly [field: string]: string } }
  /** A failed step is tried again, as people decided. */
  | { readonly type: 'step.retried'; readonly run: RunId; readonly step: StepId; readonly by: readonly PersonName[] }
  /** A failed step counts as settled by name: the run ends with exceptions. */
  | { readonly type: 'step.waived'; readonly run: RunId; readonly step: StepId; readonly by: readonly PersonName[]; readonly waiver: string }
  | { readonly type: 'run.claimed'; readonly run: RunId; readonly epoch: number; readonly boot: string; readonly fence: number }
  | { readonly type: 'run.started'; readonly run: RunId }
  | { readonly type: 'run.held'; readonly run: RunId; readonly by: Actor; readonly reason: string | null }
  | { readonly type: 'run.resumed'; readonly run: RunId; readonly by: readonly PersonName[] }
  /** `by`: a person, or Lifeboat, where a disaster takes the place of a rehearsal. */
  | { readonly type: 'run.cancelling'; readonly run: RunId; readonly by: PersonName; readonly reason: string | null }
  | { readonly type: 'run.parked'; readonly run: RunId; readonly step: StepId | null; readonly why: string; readonly next: string }
  | { readonly type: 'run.finished'; readonly run: RunId; readonly outcome: RunOutcome; readonly tally: string; readonly exceptions: readonly string[]; readonly vms: readonly { readonly vm: VmName; readonly at: string }[] }
  | { readonly type: 'lock.requested'; readonly run: RunId; readonly keys: readonly string[]; readonly rank: readonly number[] }
  | { readonly type: 'lock.acquired'; readonly run: RunId; readonly keys: readonly string[] }
  | { readonly type: 'lock.released'; readonly run: RunId }
  | { readonly type: 'step.started'; readonly run: RunId; readonly step: StepId; readonly attempt: number; readonly key: string }
  | { readonly type: 'step.progress'; readonly run: RunId; readonly step: StepId; readonly line: string }
  | { readonly type: 'step.finished'; readonly run: RunId; readonly step: StepId; readonly attempt: number; readonly outcome: StepOutcome; readonly why: string | null; readonly remedy: string | null; readonly probed: boolean; /** This attempt failed and another follows by itself. */ readonly willRetry?: true; readonly evidence: readonly Evidence[]; readonly changes: readonly StateChange[] }
  | { readonly type: 'schedule.fired'; readonly tenant: TenantName; readonly slot: string; readonly runs: readonly RunId[] }
  | { readonly type: 'schedule.missed'; readonly tenant: TenantName; readonly slot: string }
  | { readonly type: 'command.refused'; readonly by: Actor; readonly line: string; readonly why: string }
  /** Part of entry `seq` was erased; `remains` is the SHA-256 of what its payload is now, `whole` that all words in it went. */
  | { readonly type: 'journal.erased'; readonly seq: number; readonly remains: string; readonly places: number; readonly whole: boolean; readonly reason: string; readonly of: { readonly run: RunId | null; readonly incident: IncidentId | null } }
  /** The head of the journal on a day (`2026-11-22`), told where the database's administrators cannot change it. */
  | { readonly type: 'journal.head-posted'; readonly day: string; readonly seq: number; readonly chain: string }
  /** Payloads of entries older than `before` were dropped, as they need not be kept; `dropped`: from and to, exactly those. */
  | { readonly type: 'journal.retained'; readonly before: Millis; readonly dropped: readonly (readonly [number, number])[] }
  /** Everything up to `seq` came from an export of another database; what was under way then is held. */
  | { readonly type: 'journal.imported'; readonly seq: number; readonly chain: string; readonly held: readonly RunId[] }
  | StandingEvent
  | { readonly type: 'note'; readonly about: string; readonly text: string; readonly data: Json };


/** One committed entry. `seq` is commit order over the whole journal, `streamSeq` inside its stream, both from 1. */
export interface JournalEntry<E extends JournalEvent = JournalEvent> {
  readonly seq: number;
  readonly stream: string;
  readonly streamSeq: number;
  readonly tenant: TenantName | null;
  readonly actor: Actor;
  /** Wall time of the append, from the database. */
  readonly at: Millis;
  readonly event: E;
  /** SHA-256 of the payload; the chain covers digests, so that a leaked secret can be erased. */
  readonly digest: string;
  readonly chain: string;
}

export const runStream = (run: RunId): string => `run:${run}`;
export const lockStream = 'locks';
export const estateStream = 'estate';
export const incidentStream = 'incidents';
export const peopleStream = 'people';
export const scheduleStream = 'schedule';
export const standingStream = 'standing';
export const faultStream = 'faults';
export const automationStream = 'automation';
export const dutyStream = 'duty';
export const watchStream = 'watch';

/** The run that an event belongs to, or null. */
export function runOfEvent(event: JournalEvent): RunId | null {
  if (event.type === 'plan.proposed' || event.type === 'plan.revised') return event.plan.run;
  return 'run' in event ? event.run : null;
}
