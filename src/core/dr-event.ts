import type { IncidentId, Json, Millis, PersonName, RunId, SilenceId, SiteName, TenantName } from './names.js';

export type Severity = 'critical' | 'warning' | 'info';
export type EntityClass = 'site' | 'hmc' | 'host' | 'host_group' | 'vm' | 'vios' | 'storage_agent' | 'disk_group' | 'app' | 'system';

/** What was seen, by whom, when. Shown beside every proposal. */
export interface Evidence {
  readonly saw: string;
  /** The observer: `HMC vmhmc1`, `storage agent salocal_A`, `ana`. */
  readonly by: string;
  readonly at: Millis;
  readonly data?: Json;
}

/** Something that happened in the estate, under IBM's name where IBM has one (reference/ksys.md section 7). */
export interface DrEvent {
  /** `HOST_FAILURE`. */
  readonly name: string;
  readonly severity: Severity;
  readonly entityClass: EntityClass;
  readonly entity: string;
  readonly uuid: string | null;
  readonly tenant: TenantName | null;
  readonly site: SiteName | null;
  readonly description: string;
  /** When it happened, by the source's own clock. */
  readonly occurredAt: Millis;
  /** `engine`, or the file or address that it came from. */
  readonly source: string;
  readonly evidence: readonly Evidence[];
  /** De-duplication: equal keys are one incident. */
  readonly key: string;
  /** The source's own name of the condition, by which it says later that it is over: an alert's fingerprint. Absent: the source says no such thing. */
  readonly condition?: string;
  /** This is that word: the condition is over. */
  readonly over?: true;
}

export interface Incident {
  readonly id: IncidentId;
  readonly key: string;
  readonly tenant: TenantName | null;
  readonly site: SiteName | null;
  readonly title: string;
  readonly severity: Severity;
  readonly openedAt: Millis;
  readonly lastAt: Millis;
  readonly resolvedAt: Millis | null;
  readonly events: readonly DrEvent[];
  readonly count: number;
  /** The run that Lifeboat proposed for it. */
  readonly proposedRun: RunId | null;
  /** Incident that explains this one, so that it sends nothing of its own. */
  readonly causedBy: IncidentId | null;
  /** Conditions that their sources named and have not called over. Absent: no source names any. */
  readonly conditions?: readonly string[];
  /** Head of the group or storm that it is folded under: that one's message counts it. Absent: it speaks for itself. */
  readonly group?: IncidentId;
  /** The silence that keeps it from being told, until that ends. */
  readonly silencedBy?: SilenceId;
  /** Its condition comes and goes: this is the n-th opening within half an hour (core/incident-rules/flapping.ts). Absent: it does not. */
  readonly flapping?: number;
  /** The incident of the same condition that was over a short time before. */
  readonly again?: IncidentId;
  /** How often it was told, each time with a message of its own. Absent or 0: never, since something muted it. */
  readonly told?: number;
  readonly toldAt?: Millis;
  /** Why it was told the last time, beyond its opening. */
  readonly toldBecause?: ToldBecause;
  /** Who said that it is over, and why. Absent: what was seen says so, or it is open. */
  readonly closed?: { readonly by: PersonName; readonly reason: string };
  /** Who looks after it, and until when that holds; `until: null`: as long as it is open. Absent: nobody has said so. */
  readonly acknowledged?: { readonly by: PersonName; readonly at: Millis; readonly until: Millis | null };
}

/** worse: its severity rose. repeated: it was reported again after the window. cause-over, silence-over, flapping-over: what muted it has ended, and it has not. calm: it came and went, and has not come back for half an hour. unattended: whoever looked after it does no more. still-open: it is over, but not all that is folded under it. */
export type ToldBecause = 'worse' | 'repeated' | 'cause-over' | 'silence-over' | 'flapping-over' | 'calm' | 'unattended' | 'still-open';

/** An event as its source tells it. Whose it is, and where, is found in the estate by whoever takes it in. */
export type ReportedEvent = Omit<DrEvent, 'tenant' | 'site' | 'key'>;

/** One condition of one entity is one incident, whoever tells of it. */
export const eventKey = (name: string, entity: string): string => `${name}:${entity}`;
