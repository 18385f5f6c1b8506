import type { EventEntry } from './entry.js';
import { everrunEvents } from './everrun.js';
import { ksysEvents } from './ksys.js';
import { lifekeeperEvents } from './lifekeeper.js';
import { ownEvents } from './own.js';

/** Every event that Lifeboat knows, with its meaning and what to do about it. */
export const eventCatalogue: readonly EventEntry[] = [...ksysEvents, ...lifekeeperEvents, ...everrunEvents, ...ownEvents];
const byName = new Map(eventCatalogue.map((entry) => [entry.name, entry]));
/** Names are written in capitals; people type them as they like. */
export const eventNamed = (name: string): EventEntry | undefined => byName.get(name.toUpperCase());
