import type { WebClient } from '@slack/web-api';
import type { Millis } from '../../../core/names.js';
import type { Card } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import { toChannelError } from './errors.js';
import { identityOf, type SlackPerson } from './identity.js';
import type { SlackLog } from './log.js';

/** What somebody is in the workspace. `unknown`: Slack did not say; links alone decide then, since a hold must not wait for Slack. */
export type Standing = 'member' | 'guest' | 'deactivated' | 'stranger' | 'unknown';

const rememberedMs: Millis = 300_000;
const askedAgainMs: Millis = 60_000;
const patienceMs: Millis = 2_000;
const keptMax = 10_000;

/** Asks Slack what a person is (`users.info`, scope users:read), and remembers it for five minutes. Never throws. */
export function createStandings({ clientFor, clock, log }: { readonly clientFor: (person: SlackPerson) => Promise<WebClient>; readonly clock: Clock; readonly log: SlackLog }): (person: SlackPerson) => Promise<Standing> {
  const known = new Map<string, { readonly standing: Standing; readonly until: Millis }>();
  let complained = false;

  async function ask(person: SlackPerson): Promise<Standing> {
    try {
      const client = await clientFor(person);
      const { user: found } = await client.users.info({ user: person.user }).catch((error: unknown) => { throw toChannelError(error, 'users.info'); });
      if (found?.deleted) return 'deactivated';
      if (found?.is_stranger) return 'stranger';
      // On Enterprise Grid a channel may be shared with another organisation: its people come under the name of the place.
      if (person.enterprise !== null && person.place !== undefined && person.place !== person.team && found?.enterprise_user?.enterprise_id !== person.enterprise) return 'stranger';
      return found?.is_restricted || found?.is_ultra_restricted ? 'guest' : 'member';
    } catch (error) {
      if (!complained) log.warn({ why: error instanceof Error ? error.message : String(error) }, 'Slack does not say who is a guest or deactivated, so links alone decide. If it says missing_scope: add users:read to the app as in docs/slack-manifest.yaml and install it again.');
      complained = true;
      return 'unknown';
    }
  }

  return async (person) => {
    const key = identityOf(person);
    const before = known.get(key);
    if (before && clock.now() < before.until) return before.standing;
    const late = new AbortController();
    const standing = await Promise.race([ask(person), clock.sleep(patienceMs, late.signal).then((): Standing => 'unknown', (): Standing => 'unknown')]);
    late.abort();
    known.delete(key);
    known.set(key, { standing, until: clock.now() + (standing === 'unknown' ? askedAgainMs : rememberedMs) });
    for (const oldest of known.keys()) { if (known.size <= keptMax) break; known.delete(oldest); }
    return standing;
  };
}

const refusalOf = (who: string, next: string): Card => ({ heading: 'Not done', tone: 'warning', actions: [], body: `${who}\n${next}`, text: who });

/** Told to the person alone; null where nothing stands against it. */
export const refusedStandings: Record<Standing | 'unconfirmed', Card | null> = {
  member: null, unknown: null,
  stranger: refusalOf('You are a guest from another Slack workspace. Only people of the workspace in which Lifeboat is installed may use it.', 'Ask the people of this channel, or use the console with an account of your own.'),
  guest: refusalOf('You are a guest of this Slack workspace (single- or multi-channel), and Lifeboat listens to full members only. Nothing was done.', 'Ask a member of this channel, or use the console with a sign-in of your own.'),
  unconfirmed: refusalOf('You come from another workspace of this organisation, or from another organisation, and Slack does not say at the moment which. Nothing was done.', 'Send it again in a minute. To stop a run now, use the console or the CLI: lifeboat hold R-12'),
  deactivated: refusalOf('This Slack account is deactivated, so it speaks for nobody any more. Nothing was done.', 'Use the account that you have now; link it with a code from the console or the CLI: code slack'),
};
