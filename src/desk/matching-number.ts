import { createHash } from 'node:crypto';
import type { RunId } from '../core/names.js';
import type { ButtonStore } from '../ports/once.js';

/**
 * The two digits that who asked tells who approves. They come from a random id that stands in the database's table of buttons alone: the same on every node and
 * after a restart, another for each version of the plan, and in no journal, export or log.
 */
export async function matchingNumber(buttons: ButtonStore, run: RunId, epoch: number): Promise<string> {
  const secret = await buttons.idFor({ verb: 'number', subject: run, epoch, attest: null });
  return String(10 + (createHash('sha256').update(secret).digest().readUInt32BE(0) % 90));
}
