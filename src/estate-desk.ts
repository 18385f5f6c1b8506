import { problemText } from './config/problem.js';
import { readEstate } from './config/read-estate.js';
import type { Estate, Person } from './core/estate.js';
import { refuseChange } from './core/estate-change.js';
import { estateDiff } from './core/estate-diff.js';
import { estateStream } from './core/event.js';
import { lifeboat } from './core/names.js';
import { canonical, sha256 } from './core/plan.js';
import { entry, record, type DeskParts } from './desk/parts.js';
import { JournalError } from './ports/journal.js';
import type { ApplyEstate, EstateAnswer } from './web/deps.js';

export interface EstateDeskParts extends Pick<DeskParts, 'journal' | 'live' | 'log'> {
  /** Tells the simulated world what it consists of now. */
  readonly configure: (estate: Estate) => Promise<void>;
}

export const estateDigest = (estate: Estate): string => sha256(canonical(estate));

/** `lifeboat estate apply FILE`: a changed file shows its difference, and is taken into use when somebody says so (DESIGN.md section 5). */
export function createApplyEstate({ journal, live, log, configure }: EstateDeskParts): ApplyEstate {
  const refused = (code: string, what: string, next: string, command: string | null = null): EstateAnswer => ({ ok: false, code, what, next, command });

  return async (text, file, apply, person) => {
    if (!mayChange(person)) return refused('not-allowed', `${person.name} may not change the estate: it belongs to the provider, and needs the role operator for all tenants.`, `Ask ${(live.current.estate?.people ?? []).filter(mayChange).map(({ name }) => name).join(' or ') || 'the provider'}.`);
    const read = readEstate(text, file);
    if (!read.ok) return refused('invalid', `The file has ${read.problems.length} ${read.problems.length === 1 ? 'problem' : 'problems'}:\n${read.problems.map(problemText).join('\n')}`, 'Nothing was changed. Mend the file, then:', `lifeboat estate check ${file}`);
    for (;;) {
      const { estate: before } = live.current;
      if (before === null) return refused('no-estate', 'Lifeboat has no estate yet.', 'Start it with LIFEBOAT_ESTATE set to the file.');
      const head = live.current.heads.get(estateStream) ?? 0;
      const changes = changesOf(before, read.estate);
      if (changes.length === 0) return { ok: true, applied: false, changes };
      const against = refuseChange(live.current, read.estate);
      if (against) return { ok: false, ...against };
      if (!apply) return { ok: true, applied: false, changes };
      try {
        await record({ journal, live }, [entry(estateStream, null, { kind: 'person', person: person.name, surface: 'cli' }, { type: 'estate.imported', estate: read.estate, source: file, digest: estateDigest(read.estate) })], { [estateStream]: head });
      } catch (error) {
        // Somebody else applied a file first: what changes now is another question, which is answered anew.
        if (error instanceof JournalError && error.code === 'conflict') continue;
        throw error;
      }
      await configure(read.estate).catch((error: unknown) => log('the simulated world was not told of the new estate; it will be at the next start', { cause: error instanceof Error ? error.message : String(error) }));
      return { ok: true, applied: true, changes };
    }
  };
}

/** The file is imported once; later changes of it show a difference and wait for `estate apply`. Answers with what to say at the start. */
export async function adoptEstate({ journal, live }: Pick<DeskParts, 'journal' | 'live'>, estateInFile: Estate, file: string): Promise<string | null> {
  const digest = estateDigest(estateInFile);
  if (live.current.estate === null) {
    try {
      await record({ journal, live }, [entry(estateStream, null, lifeboat('start'), { type: 'estate.imported', estate: estateInFile, source: file, digest })], { [estateStream]: 0 });
    } catch (error) {
      if (!(error instanceof JournalError) || error.code !== 'conflict') throw error;
      // Another node of a first start was faster: its estate is the one in use.
      await live.reach((await journal.read({ stream: estateStream, limit: 1 }))[0]!.seq);
    }
  }
  return live.current.estateDigest === digest ? null : `The estate file differs from the estate in use, which stays in use until the file is applied. What it changes: lifeboat estate apply ${file}. The one in use, with what commands changed in it, as a file: lifeboat estate export`;
}

const mayChange = (person: Person): boolean => person.tenants === 'all' && person.roles.includes('operator');

function changesOf(before: Estate, after: Estate): string[] {
  const changes = estateDiff(before, after);
  return changes.length === 0 && estateDigest(before) !== estateDigest(after) ? ['change estate: only the order in which things are listed'] : changes;
}
