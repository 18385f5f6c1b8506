import type { Card } from '../../../ports/channel.js';
import { isOutsider, type Home, type SlackPerson } from './identity.js';
import { refusedStandings, type Standing } from './standing.js';

/** Null: this person may speak here. Who of them is whom, and may do what, is Lifeboat's to say. */
export type RefusePerson = (person: SlackPerson) => Promise<Card | null>;

export const createRefusePerson = (home: () => Home | null, standingOf: (person: SlackPerson) => Promise<Standing>): RefusePerson => async (person) => refusedStandings[isOutsider(person, home()) ? 'stranger' : await standingOf(person)];
