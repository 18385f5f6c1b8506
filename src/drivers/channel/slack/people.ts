import type { Card } from '../../../ports/channel.js';
import type { SlackPerson } from './identity.js';
import { refusedStandings, type Standing } from './standing.js';
import type { Workspaces } from './workspaces.js';

export interface People {
  /** By their own workspace and organisation: what a link belongs to. */
  known: Workspaces['known'];
  /** Null: this person may speak here. Who of them is whom, and may do what, is Lifeboat's to say. */
  refuse(person: Awaited<ReturnType<Workspaces['known']>>): Promise<Card | null>;
}

export const createPeople = ({ known }: Pick<Workspaces, 'known'>, standingOf: (person: SlackPerson) => Promise<Standing>): People => ({
  known,
  async refuse(person) {
    if (person.claim === 'stranger') return refusedStandings.stranger;
    const standing = await standingOf(person);
    return standing === 'unknown' && person.claim === 'unconfirmed' ? refusedStandings.unconfirmed : refusedStandings[standing];
  },
});
