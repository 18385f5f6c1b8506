import type { PersonName, Surface } from '../core/names.js';
import type { Readiness } from '../core/readiness.js';
import type { Desk } from '../desk/desk.js';
import type { Clock } from '../ports/clock.js';
import type { ButtonStore, OnceStore } from '../ports/once.js';
import type { LiveState } from '../ports/state.js';
import type { PendingPresses } from './pending-press.js';
import type { Render } from './render.js';

export interface InboundOptions {
  readonly live: LiveState;
  readonly desk: Desk;
  readonly once: OnceStore;
  readonly buttons: ButtonStore;
  readonly pending: PendingPresses;
  readonly render: Render;
  readonly clock: Clock;
  /** Appends `person.linked` and resolves when the live state holds it. */
  readonly link: (person: PersonName, surface: Surface, identity: string) => Promise<void>;
  readonly linkTo?: (id: string) => string;
  /** For the page of each person's own. */
  readonly readiness: () => readonly Readiness[];
  readonly log: { error(fields: object, message: string): void };
}
