import type { Caller } from '../core/answer.js';
import type { Incident } from '../core/dr-event.js';
import type { Estate } from '../core/estate.js';
import type { JournalEvent, JournalEntry } from '../core/event.js';
import type { Actor, IncidentId, Millis, PersonName, Surface, TenantName } from '../core/names.js';
import type { Brake } from '../ports/brake.js';
import type { Clock } from '../ports/clock.js';
import type { Controller } from '../ports/controller.js';
import { JournalError, type Journal, type NewEntry } from '../ports/journal.js';
import type { ButtonStore, OnceStore } from '../ports/once.js';
import type { Outbox } from '../ports/outbox.js';
import type { Runs } from '../ports/runs.js';
import type { FaultInjector, Sighting } from '../ports/world.js';
import type { LiveState } from '../ports/state.js';
import type { Runbook } from '../runbook/runbook.js';

/** How something that Lifeboat does beside runs stands, in words. */
export interface Beside { readonly name: string; says(): string }

/** What the desk stands on. */
export interface DeskParts {
  readonly journal: Journal;
  readonly live: LiveState;
  readonly controller: Controller;
  readonly runs: Runs;
  readonly clock: Clock;
  readonly brake: Brake;
  readonly once: OnceStore;
  readonly buttons: ButtonStore;
  readonly runbooks: readonly Runbook[];
  /** Where messages reach people, as this Lifeboat is set up. */
  readonly surfaces: readonly Surface[];
  readonly version: string;
  /** Absent: this estate's driver cannot make anything fail. */
  readonly faults?: FaultInjector;
  /** Messages and what became of them. Absent: nobody keeps them. */
  readonly deliveries?: Pick<Outbox, 'list' | 'again'>;
  /** Ways out that messages cannot take just now, each in words. */
  readonly waysShut?: () => readonly string[];
  /** What this node's monitor saw last. Absent or null: it has not looked yet. */
  readonly sighting?: { current: Sighting | null };
  /** Tells the world what the estate consists of now; absent where nobody needs to be told. */
  readonly configure?: (estate: Estate) => Promise<void>;
  /** The estate as a file that can be applied again. */
  readonly writeEstate?: (estate: Estate) => string;
  /** What else `query system status` tells the provider's people of. */
  readonly beside?: readonly Beside[];
  /** Ends an incident because somebody says so; null: it was over already. */
  readonly closeIncident: (incident: IncidentId, by: PersonName, reason: string, actor: Actor) => Promise<Incident | null>;
  readonly log: (message: string, detail: object) => void;
}

/** Plans look at the estate; a site that does not answer must not keep a person waiting. */
export const planTimeoutMs: Millis = 8_000;

/** Appends and waits until this node's state shows it. @throws JournalError */
export async function record(parts: Pick<DeskParts, 'journal' | 'live'>, entries: readonly NewEntry[], expect?: { readonly [stream: string]: number }): Promise<JournalEntry[]> {
  const committed = await parts.journal.append({ entries, ...(expect ? { expect } : {}) });
  await parts.live.reach(committed.at(-1)!.seq);
  return committed;
}

/** Somebody else was faster: what it was about is looked at anew. */
export function ignoreConflict(error: unknown): void { if (!(error instanceof JournalError) || error.code !== 'conflict') throw error; }

/** What comes at every look is logged once. */
export function createTellOnce({ log }: Pick<DeskParts, 'log'>): (key: string, message: string, detail: object) => void {
  const known = new Set<string>();
  return (key, message, detail) => {
    if (known.has(key)) return;
    known.add(key);
    log(message, detail);
  };
}

export const entry = (stream: string, tenant: TenantName | null, actor: Actor, event: JournalEvent): NewEntry => ({ stream, tenant, actor, event });
/** Who did it, as the journal names them. */
export const actorOf = ({ person, surface }: Caller): Actor => ({ kind: 'person', person: person.name, surface });
