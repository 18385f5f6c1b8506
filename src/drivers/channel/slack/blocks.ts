import type { ActionsBlock, Button, ConfirmationDialog, ContextBlock, HeaderBlock, SectionBlock } from '@slack/types';
import type { Card, CardAction } from '../../../ports/channel.js';

/** Slack's limits, as characters or counts (reference/platform-limits.md). The total is not documented; messages over about 13,200 were rejected. */
export const limits = { header: 150, section: 3000, blocks: 50, total: 13_000, buttons: 25, buttonText: 75, buttonValue: 2000, confirmTitle: 100, confirmText: 300, confirmLabel: 30, text: 4000 } as const;

export type CardBlock = HeaderBlock | SectionBlock | ActionsBlock | ContextBlock;
/** What chat.postMessage and a response_url take. */
export interface SlackMessage { readonly text: string; readonly blocks: CardBlock[] }

export const actionPrefix = 'lifeboat:';
const cutNote = '_Shortened: the console and the CLI show all of it._';

/** A card in Block Kit. Always within the limits: whatever does not fit is left out, with a word about it. `compact`: a line of a thread, without a header. */
export function toSlackMessage(card: Card, { compact = false }: { readonly compact?: boolean } = {}): SlackMessage {
  const header: HeaderBlock[] = compact || card.heading === '' ? [] : [{ type: 'header', text: { type: 'plain_text', text: clip(card.heading, limits.header), emoji: false } }];
  const actions: ActionsBlock[] = card.actions.length === 0 ? [] : [{ type: 'actions', elements: card.actions.slice(0, limits.buttons).map(button) }];
  const cut: ContextBlock = { type: 'context', elements: [{ type: 'mrkdwn', text: cutNote }] };
  const room = limits.total - sizeOf([...header, ...actions, cut]);
  const all = sections(card.body);
  const kept: SectionBlock[] = [];
  for (const section of all) {
    if (sizeOf([...kept, section]) > room || kept.length + header.length + actions.length + 2 > limits.blocks) break;
    kept.push(section);
  }
  const body = kept.length === 0 && header.length === 0 && all[0] ? [all[0]] : kept;
  return { text: fallbackText(card.text || card.heading), blocks: [...header, ...body, ...(kept.length < all.length ? [cut] : []), ...actions] };
}

const sizeOf = (blocks: readonly CardBlock[]): number => JSON.stringify(blocks).length;
export const clip = (text: string, max: number): string => ([...text].length <= max && text.length <= max ? text : `${cutAt(text, max - 1)}…`);
/** Never between the two halves of one sign. */
const cutAt = (text: string, max: number): string => text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');

/** Splits at line ends, so that no markup is torn; a code block that goes on in the next section is closed and opened again. */
function sections(body: string): SectionBlock[] {
  const max = limits.section - 10;
  const chunks: string[] = [];
  let [chunk, inCode] = ['', false];
  const push = (): void => {
    if (chunk.trim() !== '') chunks.push(inCode ? `${chunk}\n\`\`\`` : chunk);
    chunk = inCode ? '```' : '';
  };
  for (const line of body.split('\n').flatMap((each) => pieces(each, max))) {
    if (chunk !== '' && chunk.length + line.length + 1 > max) push();
    chunk = chunk === '' ? line : `${chunk}\n${line}`;
    if ((line.match(/```/g) ?? []).length % 2 === 1) inCode = !inCode;
  }
  inCode = false;
  push();
  // verbatim: Slack makes no links or mentions of its own out of names.
  return chunks.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }));
}

/** A line longer than a section is cut where no entity or link is torn. */
function pieces(line: string, max: number): string[] {
  const result: string[] = [];
  let rest = line;
  while (rest.length > max) {
    const space = rest.lastIndexOf(' ', max);
    const at = space > max / 2 ? space : cutAt(rest, max).replace(/[&<][^;>]*$/, '').length || max;
    result.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...result, rest];
}

/** Slack wants each action id once in a block: the second button of a verb has a number behind it. */
function button(action: CardAction, index: number, all: readonly CardAction[]): Button {
  const before = all.slice(0, index).filter(({ verb }) => verb === action.verb).length;
  return {
    type: 'button', action_id: `${actionPrefix}${action.verb}${before === 0 ? '' : `:${before + 1}`}`, value: action.id.slice(0, limits.buttonValue), text: { type: 'plain_text', text: clip(action.label, limits.buttonText), emoji: false },
    ...(action.style === 'plain' ? {} : { style: action.style }), ...(action.confirm ? { confirm: confirmation(action) } : {}),
  };
}

export const plain = (text: string, max: number): { type: 'plain_text'; text: string } => ({ type: 'plain_text', text: clip(text, max) });

function confirmation({ confirm, style }: CardAction): ConfirmationDialog {
  return {
    title: plain(confirm?.title ?? '', limits.confirmTitle), text: plain(confirm?.text ?? '', limits.confirmText), confirm: plain(confirm?.accept ?? '', limits.confirmLabel), deny: plain(confirm?.deny ?? '', limits.confirmLabel),
    ...(style === 'plain' ? {} : { style }),
  };
}

const escaped = (part: string): string => part.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/@(?=channel|here|everyone)/gi, '@\u200B');

/** For notifications and screen readers. Slack parses it, so that `<!channel>` in it would call everyone: it is escaped. */
function fallbackText(text: string): string {
  const whole = escaped(text);
  if (whole.length < limits.text) return whole;
  let kept = cutAt(text, limits.text - 2);
  while (escaped(kept).length > limits.text - 2) kept = cutAt(kept, kept.length - 100);
  return `${escaped(kept)}…`;
}
