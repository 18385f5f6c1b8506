import { createMemoryJournal } from '../../src/journal/memory.js';
import { createMemoryButtonStore, createMemoryOnceStore } from '../../src/journal/memory-once.js';
import { createMemoryOutbox } from '../../src/journal/memory-outbox.js';
import { journalContract } from '../contract/journal.js';
import { onceContract } from '../contract/once.js';
import { outboxContract } from '../contract/outbox.js';
import { createFakeClock, quiet } from '../contract/support.js';

const clock = createFakeClock();
let journal = createMemoryJournal({ clock, log: quiet });

journalContract('The journal in memory', { fresh: async () => (journal = createMemoryJournal({ clock, log: quiet })), another: async () => journal });
outboxContract('The outbox in memory', { fresh: async () => createMemoryOutbox(clock), pass: async (ms) => clock.advance(ms) });
onceContract('The store in memory', { fresh: async () => ({ once: createMemoryOnceStore(clock), buttons: createMemoryButtonStore() }), pass: async (ms) => clock.advance(ms) });
