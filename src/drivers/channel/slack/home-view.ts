import type { HomeView, KnownBlock } from '@slack/types';
import type { Card } from '../../../ports/channel.js';
import { toSlackMessage } from './blocks.js';

export const homeBlocksMax = 100;
/** Not documented; views larger than this were refused by Slack. Characters of JSON. */
export const homeSizeMax = 200_000;

/** The tab of a person's own: cards under one another, most urgent first. What does not fit is left out whole, with a word about it. */
export function toHomeView(cards: readonly Card[]): HomeView {
  const cut: KnownBlock = { type: 'context', elements: [{ type: 'mrkdwn', text: '_There is more than fits here: type /dr query run_' }] };
  const blocks: KnownBlock[] = [];
  for (const card of cards) {
    const next: KnownBlock[] = [...(blocks.length === 0 ? [] : [{ type: 'divider' as const }]), ...(toSlackMessage(card).blocks as KnownBlock[])];
    if (blocks.length + next.length + 1 > homeBlocksMax || JSON.stringify([...blocks, ...next, cut]).length > homeSizeMax) return { type: 'home', blocks: [...blocks, cut] };
    blocks.push(...next);
  }
  return { type: 'home', blocks };
}
