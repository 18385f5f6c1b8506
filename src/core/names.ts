/** Names and units used everywhere. Plain strings on the wire; the aliases say what a field holds. */
export type Millis = number;
export type TenantName = string;
export type SiteName = string;
export type HostName = string;
export type HmcName = string;
export type VmName = string;
export type HostGroupName = string;
export type StorageAgentName = string;
export type PersonName = string;
/** `R-12`: one id from proposal to report. */
export type RunId = string;
/** `I-3`. */
export type IncidentId = string;
/** `L-3`. */
export type SilenceId = string;
/** Unique inside its plan: `stop-vm:payroll`. */
export type StepId = string;

/** Of messages. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Surface = 'slack' | 'teams' | 'email' | 'sms' | 'web' | 'cli' | 'schedule' | 'monitor';

/** `owner`: the account that runs Lifeboat, on its own machine, as nobody in particular. */
type Door = 'monitor' | 'schedule' | 'engine' | 'start' | 'owner';

/** Who did it: a linked person on a surface, or one of Lifeboat's own doors. */
export type Actor = { kind: 'person'; person: PersonName; surface: Surface } | { kind: 'lifeboat'; door: Door };

export const lifeboat = (door: Door): Actor => ({ kind: 'lifeboat', door });
export const actorName = (actor: Actor): string => (actor.kind === 'person' ? actor.person : `Lifeboat (${actor.door})`);
