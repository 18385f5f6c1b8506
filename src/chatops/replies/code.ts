import { createHash } from 'node:crypto';
import type { IncidentId, PersonName, RunId } from '../../core/names.js';
import type { ButtonStore } from '../../ports/once.js';

/** No vowels, so that no word comes of it: carriers take STOP, QUIT, END, YES and others for themselves (reference/platform-limits.md). No signs that look alike. */
const alphabet = '23456789BCDFGHJKMNPQRTVWXZ';
const lengths = { sms: 4, email: 8 } as const;
/** Surfaces on which people answer with a code. Mail has room for a longer one, and strangers can try it for nothing. */
export type ReplySurface = keyof typeof lengths;
export const isCode = (word: string, surface: ReplySurface): boolean => word.length === lengths[surface] && /^[A-Z0-9]+$/.test(word);

/**
 * What a message names a run or an incident by: one code for each person, run, version of the plan and surface. It comes from a random id that stands in the database alone, so that nobody works it out,
 * and it may only stop things: with it a run is held or rejected, and never approved; with that of an incident somebody says that he looks after it.
 */
export async function replyCode(buttons: Pick<ButtonStore, 'idFor'>, surface: ReplySurface, of: RunId | IncidentId, epoch: number, person: PersonName): Promise<string> {
  const secret = await buttons.idFor({ verb: surface, subject: of, epoch, attest: person });
  const bytes = createHash('sha256').update(secret).digest();
  return Array.from({ length: lengths[surface] }, (_, place) => alphabet[bytes.readUInt32BE(4 * place) % alphabet.length]).join('');
}

export const smsCode = (buttons: Pick<ButtonStore, 'idFor'>, of: RunId | IncidentId, epoch: number, person: PersonName): Promise<string> => replyCode(buttons, 'sms', of, epoch, person);
