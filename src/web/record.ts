import { peopleStream, type JournalEvent } from '../core/event.js';
import type { Actor, PersonName } from '../core/names.js';
import { JournalError } from '../ports/journal.js';
import type { WebDeps } from './deps.js';
import { WebProblem } from './problem.js';

export const atConsole = (person: PersonName): Actor => ({ kind: 'person', person, surface: 'web' });

/** Journals something about people, if nobody else did since this node looked, and waits until this node's state shows it. @throws WebProblem */
export async function recordOfPeople({ live, journal, secrets }: Pick<WebDeps, 'live' | 'journal' | 'secrets'>, actor: Actor, event: JournalEvent): Promise<void> {
  try {
    const [entry] = await journal.append({ entries: [{ stream: peopleStream, tenant: null, actor, event }], expect: { [peopleStream]: live.current.heads.get(peopleStream) ?? 0 } });
    await live.reach(entry!.seq);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    throw new WebProblem(error.code === 'conflict' ? 409 : 503, 'journal', `It was not recorded (${secrets.redact(error.message)}), so nothing was changed.`, 'See what stands, then send it again:', 'lifeboat query person');
  }
}
