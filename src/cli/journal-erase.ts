import { text as readAll } from 'node:stream/consumers';
import type { Client } from './client.js';
import { say } from './estate.js';

export interface EraseOptions { readonly client: Client; readonly as: string | null; readonly json: boolean }

const usage = 'lifeboat journal erase SEQ reason="why" [text-from-stdin]';
const textMin = 6;

/** `lifeboat journal erase`: the secret comes by standard input, as arguments are seen by every account of the machine. */
export async function erase([entry, ...rest]: readonly string[], { client, as, json }: EraseOptions, input: NodeJS.ReadableStream = process.stdin): Promise<number> {
  if (entry === undefined) return say(`journal erase needs the number of an entry: ${usage}`, 3);
  if (!/^[1-9]\d{0,14}$/.test(entry)) return say(`'${entry}' is not the number of an entry: ${usage}`, 4);
  const strange = rest.find((word) => word !== 'text-from-stdin' && !word.startsWith('reason='));
  // It may be the secret itself, so it is not repeated.
  if (strange !== undefined) return say(`There is a word too many. A secret never goes on the command line, where every account of this machine can see it: if it did, count it as leaked once more. ${usage}`, 4);
  const reason = rest.find((word) => word.startsWith('reason='))?.slice('reason='.length).trim() ?? '';
  if (reason === '') return say(`Say why, without the secret itself; it stays in the journal: ${usage}`, 3);
  const text = rest.includes('text-from-stdin') ? (await readAll(input)).replace(/\r?\n$/, '') : null;
  if (text !== null && text.length < textMin) return say(`The text on standard input has fewer than ${textMin} characters, so nothing was erased. Send it from a file or a prompt: lifeboat journal erase ${entry} reason="..." text-from-stdin < FILE`, 4);
  const answer = await client.call<{ record: number; places: number; messages: number; others: number[]; sent: string[] }>('POST', '/api/journal/erase', { seq: Number(entry), reason, ...(text === null ? {} : { text }), ...(as ? { as } : {}) });
  process.stdout.write(json ? `${JSON.stringify(answer)}\n` : `${told(entry, answer)}\n`);
  return 0;
}

function told(entry: string, { record, places, messages, others, sent }: { readonly record: number; readonly places: number; readonly messages: number; readonly others: readonly number[]; readonly sent: readonly string[] }): string {
  return [
    `Entry ${entry} lost it in ${places} ${places === 1 ? 'place' : 'places'}; entry ${record} says so, and the chain is whole. ${messages} ${messages === 1 ? 'message' : 'messages'} of the console lost it, too.`,
    ...(others.length === 0 ? [] : [`It still stands in ${others.length === 1 ? 'entry' : 'entries'} ${others.join(', ')}. Erase it there, too: lifeboat journal erase ${others[0]} reason="..." text-from-stdin`]),
    'What Lifeboat cannot do:',
    '- change the secret: whoever has read it knows it;',
    '- destroy the exports and database backups that were made before, or keep them as you keep secrets;',
    `- delete by hand what was sent and cannot be edited: ${sent.join(', ') || 'nothing is known to have been sent'}.`,
  ].join('\n');
}
