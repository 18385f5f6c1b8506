import type { Client } from './client.js';
import { say } from './estate.js';

interface Offboarded { readonly person: string; readonly inEstate: boolean; readonly unlinked: readonly { readonly surface: string; readonly identity: string }[]; readonly tokens: readonly string[]; readonly passkeys: readonly string[]; readonly approvals: readonly string[]; /** Open runs that the person asked for. */ readonly requests: readonly string[] }

const usage = 'lifeboat person offboard NAME, person forget-passkeys NAME';
const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

/** What is done about people: somebody leaves, or lost the devices. */
export async function person([action, name, ...rest]: readonly string[], { client, as, json }: { readonly client: Client; readonly as: string | null; readonly json: boolean }): Promise<number> {
  if (action !== 'offboard' && action !== 'forget-passkeys') return say(usage, action === undefined ? 3 : 4);
  if (name === undefined) return say(`person ${action} needs a name: lifeboat person ${action} NAME. The names: lifeboat query person`, 3);
  if (rest.length > 0) return say(`person ${action} takes one name only: ${usage}`, 4);
  if (action === 'forget-passkeys') {
    const { removed } = await client.call<{ removed: string[] }>('POST', '/api/people/forget-passkeys', { person: name });
    process.stdout.write(json ? `${JSON.stringify({ person: name, removed })}\n` : removed.length === 0 ? `${name} has no passkeys.\n` : `Removed the passkeys of ${name}: ${removed.join(', ')}. ${name} adds new ones in the console.\n`);
    return 0;
  }
  const ended = await client.call<Offboarded>('POST', '/api/people/offboard', { person: name, ...(as === null ? {} : { as }) });
  process.stdout.write(json ? `${JSON.stringify(ended)}\n` : `${toText(ended)}\n`);
  return 0;
}

function toText({ person: name, inEstate, unlinked, tokens, passkeys, approvals, requests }: Offboarded): string {
  return [
    `${name} is offboarded: every session and login has ended, and ${name} decides nothing any more.`,
    `Unlinked: ${listed(unlinked.map(({ surface, identity }) => `${surface} ${identity}`))}`,
    `Tokens taken back: ${listed(tokens)}`,
    `Passkeys removed: ${listed(passkeys)}`,
    ...(approvals.length === 0 ? [] : [`Approvals of ${name} that count no more: ${approvals.join(', ')}. See who else can decide: lifeboat why ${approvals[0]}`]),
    ...(requests.length === 0 ? [] : [`Still open, asked for by ${name}: ${requests.join(', ')}. Look whether they are wanted: lifeboat review ${requests[0]}, and lifeboat reject ${requests[0]} or lifeboat cancel ${requests[0]} where not.`]),
    ...(inEstate ? [`Take ${name} out of people and contacts in the estate file, too: an estate applied with the name in it lets ${name} in again. lifeboat estate apply FILE`] : []),
  ].join('\n');
}
