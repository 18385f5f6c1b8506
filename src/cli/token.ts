import type { ApiToken } from '../core/scope.js';
import { scopes } from '../core/scope.js';
import type { Client } from './client.js';
import { say } from './estate.js';

export interface TokenOptions { readonly client: Client; readonly as: string | null; readonly json: boolean }

const unitMs = { h: 3_600_000, d: 86_400_000 } as const;
const usage = 'lifeboat token create NAME [scope=read|operate|decide] [expires=30d], token list, token revoke NAME';
const date = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** Tokens for scripts and other machines: what their person may do, cut to a scope. */
export async function token([action, name, ...rest]: readonly string[], { client, as, json }: TokenOptions): Promise<number> {
  const who = as === null ? {} : { as };
  if (action === 'list' && name === undefined) {
    const { tokens } = await client.call<{ tokens: Omit<ApiToken, 'hash'>[] }>('GET', `/api/tokens${as === null ? '' : `?as=${encodeURIComponent(as)}`}`);
    process.stdout.write(json ? `${JSON.stringify(tokens)}\n` : tokens.length === 0 ? 'You have no tokens.\n' : `${tokens.map((each) => `${each.name.padEnd(24)} ${each.scope.padEnd(8)} until ${date(each.expiresAt)} UTC`).join('\n')}\n`);
    return 0;
  }
  if (action !== 'create' && action !== 'revoke') return say(usage, action === undefined ? 3 : 4);
  if (name === undefined) return say(`token ${action} needs a name: ${usage}`, 3);
  if (action === 'revoke') {
    if (rest.length > 0) return say(`token revoke takes a name only: lifeboat token revoke ${name}`, 4);
    await client.call('POST', '/api/tokens/revoke', { name, ...who });
    process.stdout.write(json ? `${JSON.stringify({ revoked: name })}\n` : `The token ${name} opens nothing any more.\n`);
    return 0;
  }
  const given = new Map(rest.map((word): [string, string] => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  const strange = rest.find((word) => !/^(scope|expires)=/.test(word));
  if (strange !== undefined) return say(`'${strange}' is not known here: ${usage}`, 4);
  const scope = given.get('scope') ?? 'read';
  if (!(scopes as readonly string[]).includes(scope)) return say(`scope=${scope} is not known. read looks; operate asks, holds and cancels, too; decide approves, too.`, 4);
  const expires = /^([1-9]\d*)([hd])$/.exec(given.get('expires') ?? '30d');
  if (!expires) return say(`expires=${given.get('expires')} is not a time: write hours or days, such as expires=12h or expires=30d.`, 4);
  const issued = await client.call<{ person: string; token: string; expiresAt: number }>('POST', '/api/tokens', { name, scope, expiresInMs: Number(expires[1]) * unitMs[expires[2] as 'h' | 'd'], ...who });
  process.stdout.write(json ? `${JSON.stringify(issued)}\n` : `${issued.token}\nThis is the token ${name} of ${issued.person} (scope ${scope}, until ${date(issued.expiresAt)} UTC). It is shown this once: keep it where your script reads LIFEBOAT_TOKEN.\n`);
  return 0;
}
