import type { WebClient } from '@slack/web-api';
import type { Card, Channel } from '../../../ports/channel.js';
import { toSlackMessage } from './blocks.js';
import { toChannelError } from './errors.js';
import { identityOf } from './identity.js';
import type { SlackLog } from './log.js';
import type { Workspaces } from './workspaces.js';

/** One way back to the person alone: by the response address, else in the channel, in its thread where it was said there, else in a direct message. */
export interface WayBack { readonly responseUrl: string | null; readonly conversation: string | null; readonly thread?: string | null; readonly person: Awaited<ReturnType<Workspaces['known']>>; readonly deliveryId: string; /** With the token of the workspace in which it happened. */ readonly client: WebClient }

export interface AnswerOptions { readonly channel: Channel; readonly log: SlackLog; /** Whether Slack itself is behind a response address. */ readonly isAnswerAddress: (url: string) => boolean }

/** Whether a response address is Slack's own, or, where another Web API is set, whatever that one names: a payload shall not choose whom Lifeboat calls. */
export const slackAddresses = (apiUrl: string | undefined) => (url: string): boolean => URL.canParse(url) && (apiUrl !== undefined || (url.startsWith('https://') && /(?:^|\.)slack(?:-gov)?\.com$/.test(new URL(url).hostname)));

/** Never throws. */
export async function answer({ channel, log, isAnswerAddress }: AnswerOptions, { responseUrl, conversation, thread = null, person, deliveryId, client }: WayBack, card: Card): Promise<void> {
  const ways: (() => Promise<unknown>)[] = [
    ...(responseUrl && isAnswerAddress(responseUrl) ? [() => respond(responseUrl, card)] : []),
    ...(conversation ? [() => postEphemeral(client, conversation, thread, person.user, card)] : []),
    () => channel.post({ kind: 'person', person: person.user, identity: identityOf(person) }, card, { key: `answer:${deliveryId}` }),
  ];
  for (const way of ways) {
    try {
      await way();
      return;
    } catch (error) {
      log.warn({ why: error instanceof Error ? error.message : String(error) }, 'A private answer did not reach Slack this way; trying the next.');
    }
  }
  log.error({}, 'A private answer could not be delivered to Slack. What was asked is in the journal all the same: lifeboat query event.');
}

async function postEphemeral(client: WebClient, conversation: string, thread: string | null, user: string, card: Card): Promise<void> {
  await client.chat.postEphemeral({ channel: conversation, user, ...toSlackMessage(card), parse: 'none', link_names: false, ...(thread === null ? {} : { thread_ts: thread }) }).catch((error: unknown) => { throw toChannelError(error, 'chat.postEphemeral'); });
}

async function respond(url: string, card: Card): Promise<void> {
  const response = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json' }, signal: AbortSignal.timeout(5000), redirect: 'error',
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...toSlackMessage(card) }),
  });
  if (!response.ok) throw new Error(`the response address answered HTTP ${response.status}`);
}
