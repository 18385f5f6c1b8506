import type { Card, CardAction } from '../../../ports/channel.js';
import { inert, plainLine, toLines, type Line } from './markup.js';

/** Teams takes about 100 KB of UTF-16, workflows 28: designed for 25 (reference/platform-limits.md). The other numbers are ours, for readable cards. */
export const limits = { totalBytes: 25 * 1024, aroundBytes: 4_000, actionsBytes: 12_000, run: 3_000, heading: 300, spoken: 1_000, summary: 150, title: 75, confirm: 300, id: 100, readers: 60 } as const;

export const verbs = { press: 'press', personal: 'personal' } as const;
export const cardType = 'application/vnd.microsoft.card.adaptive';

/** A colour is never alone: the word says the same. */
const tones = {
  info: { style: 'default', word: null }, good: { style: 'good', word: 'Good' }, warning: { style: 'warning', word: 'Attention' }, critical: { style: 'attention', word: 'Critical' }, drill: { style: 'accent', word: 'Drill' },
} as const satisfies Record<Card['tone'], { readonly style: string; readonly word: string | null }>;

interface Container { readonly type: 'Container'; readonly id?: string; readonly style: string; readonly bleed: true; readonly items: readonly Line[] }
/** What a press or a look sends back: the button, and which message it stands in, where that was just posted. An edited message is one of which there is no second copy to be found. */
interface Data { readonly id: string; /** Not `key`: a client that is built with React keeps that name for itself, and sends nothing. */ readonly of?: string }
type ExecuteAction = { readonly type: 'Action.Execute'; readonly title: string; readonly verb: string; readonly data: Data; readonly style?: 'positive' | 'destructive'; readonly fallback?: object };
type ShowCardAction = { readonly type: 'Action.ShowCard'; readonly title: string; readonly style?: 'positive' | 'destructive'; readonly card: object };

export interface AdaptiveCard {
  readonly type: 'AdaptiveCard';
  readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  readonly version: '1.5';
  readonly fallbackText: string;
  readonly speak: string;
  readonly refresh?: { readonly action: ExecuteAction; readonly userIds: readonly string[] };
  readonly body: readonly (Container | Line)[];
  readonly actions?: readonly (ExecuteAction | ShowCardAction)[];
}

export interface CardOptions {
  /** A line of a thread: no head of its own. */
  readonly compact?: boolean;
  /** Ours; stays in the message, so that a duplicate after a lost reply is recognisable. */
  readonly key?: string;
  /** Teams' ids of the people whose client asks for a view of their own. */
  readonly readers?: readonly string[];
}

const cutNote = plainLine('Shortened: the console and the CLI show all of it.', { size: 'Small', isSubtle: true });

/** A card as an Adaptive Card 1.5. Always within the limits: whatever does not fit is left out, with a word about it. */
export function toAdaptiveCard(card: Card, { compact = false, key, readers = [] }: CardOptions = {}): AdaptiveCard {
  const actions = fitting(card.actions.map((action) => toAction(action, key)), limits.actionsBytes);
  const asked = card.actions.find(({ verb }) => verb === 'review') ?? card.actions[0];
  const said = inert(clip(card.text || card.heading, limits.spoken));
  const refresh: AdaptiveCard['refresh'] | null = asked && readers.length > 0 ? { action: { type: 'Action.Execute', title: 'Refresh', verb: verbs.personal, data: dataOf(asked, key) }, userIds: readers.slice(0, limits.readers) } : null;
  const frame = {
    type: 'AdaptiveCard', $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', version: '1.5', fallbackText: said, speak: spoken(said),
    ...(refresh ? { refresh } : {}),
  } as const;
  const head = compact || card.heading === '' ? [] : [headOf(card, key)];
  const written = toLines(card.body);
  const lines = written.map(shortLine);
  const room = limits.totalBytes - limits.aroundBytes - bytesOf({ ...frame, body: [...head, cutNote], actions });
  const kept = fitting(lines, room);
  const shown = compact && key !== undefined ? [{ type: 'Container', id: key, style: 'default', bleed: true, items: kept } as const] : kept;
  return { ...frame, body: [...head, ...shown, ...(kept.length < lines.length || actions.length < card.actions.length || bytesOf(lines) < bytesOf(written) ? [cutNote] : [])], ...(actions.length > 0 ? { actions } : {}) };
}

/** One endless line must not push everything else out. */
const shortLine = (line: Line): Line => ({ ...line, inlines: line.inlines.map((run) => ({ ...run, text: clip(run.text, limits.run) })) });

/** As many from the first on as there is room for. */
function fitting<T>(all: readonly T[], roomBytes: number): T[] {
  const kept: T[] = [];
  let used = 0;
  for (const each of all) {
    used += bytesOf(each) + 2;
    if (used > roomBytes) break;
    kept.push(each);
  }
  return kept;
}

/** UTF-16, as Teams counts. */
export const bytesOf = (value: unknown): number => JSON.stringify(value).length * 2;
/** Never between the two halves of one sign. */
export const clip = (text: string, max: number): string => (text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`);
/** Screen readers take SSML: a sign of it in a name is none. */
const spoken = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
function headOf({ heading, tone }: Card, key: string | undefined): Container {
  const { style, word } = tones[tone];
  return {
    type: 'Container', ...(key === undefined ? {} : { id: key }), style, bleed: true,
    items: [...(word === null ? [] : [plainLine(word, { size: 'Small', weight: 'Bolder' })]), plainLine(clip(heading, limits.heading), { size: 'Large', weight: 'Bolder' })],
  };
}

const styleOf = ({ style }: CardAction): { style?: 'positive' | 'destructive' } => (style === 'plain' ? {} : { style: style === 'primary' ? 'positive' : 'destructive' });

const dataOf = ({ id }: CardAction, key: string | undefined): Data => ({ id: id.slice(0, limits.id), ...(key === undefined ? {} : { of: key }) });

function execute(action: CardAction, title: string, key: string | undefined): ExecuteAction {
  const data = dataOf(action, key);
  return { type: 'Action.Execute', title: inert(clip(title, limits.title)), verb: verbs.press, data, ...styleOf(action), fallback: { type: 'Action.Submit', title: inert(clip(title, limits.title)), data, ...styleOf(action) } };
}

/** What needs a second look opens a card below the button that repeats the target; pressing the button again closes it. */
function toAction(action: CardAction, key: string | undefined): ExecuteAction | ShowCardAction {
  const { confirm, label } = action;
  if (!confirm) return execute(action, label, key);
  return {
    type: 'Action.ShowCard', title: inert(clip(label, limits.title)), ...styleOf(action),
    card: {
      type: 'AdaptiveCard', version: '1.5',
      body: [
        plainLine(clip(confirm.title, limits.heading), { weight: 'Bolder' }),
        plainLine(clip(confirm.text, limits.confirm)),
        plainLine(`${clip(confirm.deny, limits.title)}: press "${clip(label, limits.title)}" again to close this. Nothing happens.`, { size: 'Small', isSubtle: true }),
      ],
      actions: [execute(action, confirm.accept, key)],
    },
  };
}
