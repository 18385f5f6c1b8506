import { refusal, type Answer, type Caller } from '../core/answer.js';
import type { Person } from '../core/estate.js';
import { peopleStream } from '../core/event.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';

const codeLifeMs = 10 * 60_000;

/** Into which Slack workspaces Lifeboat goes is the provider's to say (seeds/2). */
export const mayInstallSlack = (person: Person | null): boolean => person !== null && person.tenants === 'all' && person.roles.includes('operator');

/** A person's own accounts: codes that link them, and taking a link back. */
export function createAccounts(parts: DeskParts) {
  /** The person proves the other identity with this code: one-time, ten minutes (approval-ux.md rule 18). */
  async function code(caller: Caller, what: string | null): Promise<Answer> {
    const purpose = what === 'slack' || what === 'teams' ? `link:${what}` : what === 'cli' ? 'cli-login' : what === 'web' ? 'web-login' : what === 'slack-install' ? 'slack-install' : null;
    if (purpose === null) return refusal(what === null ? 3 : 4, 'code-purpose', `A code is for something: slack and teams link your account there, cli signs in the command line, web the console.`, 'Say which.', 'code slack');
    if (purpose === 'slack-install' && !mayInstallSlack(caller.person)) return refusal(1, 'providers', 'Into which Slack workspaces Lifeboat goes is the provider\'s to say: it takes an operator of the provider.', 'Ask one of them. Your own Slack account is linked with another code.', 'code slack');
    const value = await parts.once.issueCode(purpose, caller.person.name, codeLifeMs);
    const next = what === 'slack' ? `/dr link ${value}` : what === 'teams' ? `link ${value}` : what === 'slack-install' ? `enter ${value} at /slack/install below the console's address` : what === 'cli' ? `lifeboat login ${value}` : `enter ${value} on the console's sign-in page`;
    return { kind: 'said', status: 0, text: `Your one-time code is ${value}. It works once, for ten minutes, and only for you: keep it to yourself.`, next: [next], json: { code: value, purpose } };
  }

  async function unlink(caller: Caller, surface: string | null): Promise<Answer> {
    const link = parts.live.current.links.find((each) => each.person === caller.person.name && each.surface === surface);
    if (!link) return refusal(2, 'not-linked', `You have no link to ${surface ?? 'that'}.`, 'Link it with a code.', 'code slack');
    await record(parts, [entry(peopleStream, null, actorOf(caller), { type: 'person.unlinked', person: link.person, surface: link.surface, identity: link.identity })]);
    return { kind: 'said', status: 0, text: link.surface === 'web' ? `The sign-in ${link.identity} is not linked to you any more: it signs nobody in here, and pages that it signed in are signed out.` : `Your ${link.surface} account is not linked any more. Buttons there refuse you from now on.`, next: [`code ${link.surface}`], json: { unlinked: link.surface } };
  }

  return { code, unlink };
}
