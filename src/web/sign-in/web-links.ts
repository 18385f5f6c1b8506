import { personOf } from '../../core/estate.js';
import type { PersonName } from '../../core/names.js';
import type { WebDeps } from '../deps.js';
import { WebProblem } from '../problem.js';
import { atConsole, recordOfPeople } from '../record.js';

/** Which sign-in of an issuer speaks for whom: links like those of chat accounts, made by the person's own proof of both sides. */
export interface WebLinks {
  /** The name is answered also when the person has left the estate. */
  personOf(identity: string): PersonName | null;
  /** @throws WebProblem when it speaks for somebody else */
  link(person: PersonName, identity: string): Promise<void>;
}

export function createWebLinks(deps: Pick<WebDeps, 'live' | 'journal' | 'secrets'>): WebLinks {
  const linkedTo = (identity: string): PersonName | null => deps.live.current.links.find((link) => link.surface === 'web' && link.identity === identity)?.person ?? null;
  return {
    personOf: linkedTo,
    async link(person, identity) {
      const holder = linkedTo(identity);
      if (holder === person) return;
      const { estate } = deps.live.current;
      if (holder !== null && estate && personOf(estate, holder)) {
        throw new WebProblem(409, 'linked-elsewhere', `${identity} is linked to ${holder} already, and one sign-in speaks for one person. Nothing was linked.`, `If that is wrong, ${holder} signs in and undoes it:`, 'unlink web');
      }
      await recordOfPeople(deps, atConsole(person), { type: 'person.linked', person, surface: 'web', identity });
    },
  };
}
