import { tenantOf, vmsOfGroup, type Estate } from './estate.js';
import type { Millis, PersonName, RunId, Surface, TenantName } from './names.js';
import { canonical, sha256, type Gate, type Operation } from './plan.js';

/** `S-1`. */
export type StandingId = string;
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof weekdays)[number];

/** When Lifeboat may go without asking, and only then. */
export interface StandingConditions {
  /** hh:mm in the estate's zone; it may run over midnight, and belongs to the day on which it begins. */
  readonly from: string;
  readonly until: string;
  /** null: every day. */
  readonly days: readonly Weekday[] | null;
  /** So long the source must have been seen lost. Estate time. */
  readonly lostForMs: Millis;
  /** The last lag that was read must be below this. */
  readonly lagMaxMs: Millis;
}

/** What a quorum signs in advance. Pinned: another runbook, scope or estate needs another one. */
export interface StandingAuthority {
  readonly id: StandingId;
  readonly tenant: TenantName;
  readonly operation: Operation;
  readonly runbook: string;
  readonly conditions: StandingConditions;
  /** As definite as for the move itself, with at least two approvers, whoever proposed it not among them. */
  readonly gate: Gate;
  /** What it is bound to: the runbook's version, and everything of the estate that the move is about. */
  readonly bound: { readonly runbook: string; readonly estate: string };
  readonly expiresAt: Millis;
  readonly reason: string;
  readonly proposedBy: PersonName;
  readonly digest: string;
}

export type StandingEvent =
  | { readonly type: 'standing.proposed'; readonly authority: StandingAuthority }
  /** `inForce`: this was the last signature that it took. */
  | { readonly type: 'standing.signed'; readonly standing: StandingId; readonly by: PersonName; readonly surface: Surface; readonly inForce: boolean }
  | { readonly type: 'standing.revoked'; readonly standing: StandingId; readonly by: PersonName; readonly reason: string | null }
  /** By itself: its time is over, or what it is bound to has changed. */
  | { readonly type: 'standing.ended'; readonly standing: StandingId; readonly why: string }
  /** Once, and never again. The run that it granted. */
  | { readonly type: 'standing.used'; readonly standing: StandingId; readonly granted: RunId };

export interface StandingState {
  readonly authority: StandingAuthority;
  readonly status: 'proposed' | 'in-force' | 'revoked' | 'ended' | 'used';
  readonly proposedAt: Millis;
  readonly signed: readonly { readonly by: PersonName; readonly at: Millis }[];
  readonly inForceAt: Millis | null;
  readonly over: { readonly at: Millis; readonly words: string } | null;
  readonly granted: RunId | null;
}

export const isStanding = ({ status }: Pick<StandingState, 'status'>): boolean => status === 'proposed' || status === 'in-force';

/** What becomes of one by an event. */
export function foldStanding(state: StandingState | undefined, event: StandingEvent, at: Millis): StandingState | undefined {
  if (event.type === 'standing.proposed') return { authority: event.authority, status: 'proposed', proposedAt: at, signed: [], inForceAt: null, over: null, granted: null };
  if (!state) return undefined;
  switch (event.type) {
    case 'standing.signed': return { ...state, status: event.inForce ? 'in-force' : 'proposed', inForceAt: event.inForce ? at : null, signed: [...state.signed, { by: event.by, at }] };
    case 'standing.revoked': return { ...state, status: 'revoked', over: { at, words: `revoked by ${event.by}${event.reason === null ? '' : `: ${event.reason}`}` } };
    case 'standing.ended': return { ...state, status: 'ended', over: { at, words: event.why } };
    case 'standing.used': return { ...state, status: 'used', granted: event.granted, over: { at, words: `used for ${event.granted}` } };
  }
}

/** Everything of the estate that a move of these groups is about, in one digest. */
export function estateBound(estate: Estate, { tenant: name, hostGroups }: Pick<Operation, 'tenant' | 'hostGroups'>): string {
  const tenant = tenantOf(estate, name);
  if (!tenant) return '';
  const sites = estate.sites.filter((site) => site.name === tenant.homeSite || site.name === tenant.backupSite);
  return sha256(canonical({
    zone: estate.timeZone, home: tenant.homeSite, backup: tenant.backupSite, pairs: tenant.hostPairs, sites, all: tenant.hostGroups.map((group) => group.name),
    groups: hostGroups.map((group) => ({ group: tenant.hostGroups.find((each) => each.name === group), vms: vmsOfGroup(tenant, group) })),
  }));
}

export const digestOfStanding = (authority: Omit<StandingAuthority, 'digest'>): string => sha256(canonical(authority));
