import { commandWord } from '../command-word.js';
import type { IncidentId, SiteName } from '../names.js';

/** What a reaction is about: names for its commands. */
export interface About { readonly id: IncidentId; readonly entity: string; readonly site: SiteName | null }

/** A reaction of the catalogue, in either language, with the names of one incident in its commands: whoever reads it at night can send it as it stands. A person's name nobody knows yet stays open. */
export const reactionAbout = (reaction: string, { id, entity, site }: About): string => reaction
  .replace(/\b(restart vm|restart host|query on_call|delete opt_out) NAME\b/g, (_all, command: string) => `${command} ${commandWord(entity)}`)
  .replace(/\bon_call=NAME\b/g, () => `on_call=${commandWord(entity)}`)
  .replace(/\bsite NAME\b/g, (all) => (site === null ? all : `site ${commandWord(site)}`))
  .replace(/\bI-NUM(?:BER|MER)\b/g, () => id);
