import { createHash } from 'node:crypto';
import type { PersonName, RunId } from '../../core/names.js';
import type { ButtonStore } from '../../ports/once.js';

/** No vowels, so that no word comes of it: carriers take STOP, QUIT, END, YES and others for themselves (reference/platform-limits.md). No signs that look alike. */
const alphabet = '23456789BCDFGHJKMNPQRTVWXZ';
export const codeLength = 4;

/**
 * What a text message names a run by: one code for each person, run and version of the plan. It comes from a random id that stands in the database alone, so that nobody works it out,
 * and it may only stop things: with it a run is held or rejected, and never approved.
 */
export async function smsCode(buttons: Pick<ButtonStore, 'idFor'>, run: RunId, epoch: number, person: PersonName): Promise<string> {
  const secret = await buttons.idFor({ verb: 'sms', subject: run, epoch, attest: person });
  const bytes = createHash('sha256').update(secret).digest();
  return Array.from({ length: codeLength }, (_, place) => alphabet[bytes.readUInt32BE(4 * place) % alphabet.length]).join('');
}
