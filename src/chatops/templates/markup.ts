/** Text that already is in a surface's markup. Everything else is data and gets escaped. */
export class Markup {
  constructor(readonly text: string) {}
  toString(): string { return this.text; }
}

/** How one family of surfaces writes what all templates need. Functions take escaped text unless they say otherwise. */
export interface Dialect {
  readonly name: 'slack' | 'teams' | 'html' | 'text' | 'sms';
  /** Data from outside: nothing in it may act as markup. Line breaks become spaces. */
  escape(value: string): string;
  /** Words of a template that serves several surfaces. */
  content(value: string): string;
  strong(inner: string): string;
  /** Takes raw text. One line. */
  code(raw: string): string;
  /** Takes raw text, keeps its lines and columns. */
  codeBlock(raw: string): string;
  /** Takes raw text of both. */
  link(url: string, label: string): string;
  item(inner: string, index: number, ordered: boolean): string;
  list(items: string, ordered: boolean): string;
  /** `fallback` is the time as text in the reader's zone. `withDate`: the day is not today. */
  time(atMs: number, fallback: string, precision: 'minute' | 'second', withDate: boolean): string;
  /** Last touch over a whole rendered part. */
  finish(text: string): string;
}

const oneLine = (value: string): string => value.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ');
/** Control characters and overrides of the writing direction could make a name read as another one. */
const visible = (value: string): string => value.replace(/[^\P{Cc}\t\n\r]|[\u202A-\u202E\u2066-\u2069]/gu, '');
const tidyLines = (text: string): string => text.split('\n').map(withoutBlanksAtEnd).join('\n').replace(/\n{3,}/g, '\n\n').trim();
/** By hand: a pattern looks at each of the blanks that align a table. */
function withoutBlanksAtEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1;
  return end === line.length ? line : line.slice(0, end);
}

const text: Dialect = {
  name: 'text',
  escape: (value) => oneLine(visible(value)),
  content: (value) => value,
  strong: (inner) => inner,
  code: (raw) => `\`${oneLine(visible(raw))}\``,
  codeBlock: (raw) => `\n${visible(raw)}\n`,
  link: (url, label) => (label === url ? url : `${oneLine(visible(label))}: ${url}`),
  item: (inner, index, ordered) => `${ordered ? `${index + 1}.` : '-'} ${inner.trim()}\n`,
  list: (items) => items,
  time: (_at, fallback) => fallback,
  finish: tidyLines,
};

const slackEntities = (value: string): string => value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
/** Slack has no escape for its formatting signs; a zero-width space before one takes it off the word boundary that it needs. */
const slackDefuse = (value: string): string => slackEntities(value).replace(/(^|[^\p{L}\p{N}])([*_~`]+)(?=\S)/gu, '$1\u200B$2').replace(/@(?=channel|here|everyone)/gi, '@\u200B');

const slack: Dialect = {
  ...text,
  name: 'slack',
  escape: (value) => slackDefuse(oneLine(visible(value))),
  content: slackEntities,
  strong: (inner) => `*${inner}*`,
  code: (raw) => `\`${slackEntities(oneLine(visible(raw))).replaceAll('`', '\u02CB')}\``,
  codeBlock: (raw) => `\n\`\`\`\n${slackEntities(visible(raw)).replaceAll('`', '\u02CB')}\n\`\`\`\n`,
  link: (url, label) => `<${slackEntities(url).replaceAll('|', '%7C')}|${slackEntities(oneLine(visible(label))).replaceAll('|', '/')}>`,
  item: (inner, index, ordered) => `${ordered ? `${index + 1}.` : '•'} ${inner.trim()}\n`,
  // Slack shows each reader the time in the zone of that reader's own account.
  time: (at, fallback, precision, withDate) => `<!date^${Math.floor(at / 1000)}^${withDate ? '{date_short} ' : ''}${precision === 'second' ? '{time_secs}' : '{time}'}|${slackEntities(fallback)}>`,
};

const teamsSigns = (value: string): string => value.replace(/[\\*`[\]]/g, '\\$&');

/** Read by the Teams driver alone, which hands each line to Teams as plain text in runs: every sign of this markup can be escaped. */
const teams: Dialect = {
  ...text,
  name: 'teams',
  escape: (value) => teamsSigns(oneLine(visible(value))),
  content: teamsSigns,
  strong: (inner) => `**${inner}**`,
  code: (raw) => `\`${oneLine(visible(raw)).replaceAll('`', '\u02CB')}\``,
  codeBlock: (raw) => `\n\`\`\`\n${visible(raw).replaceAll('`', '\u02CB')}\n\`\`\`\n`,
  link: (url, label) => `[${teamsSigns(oneLine(visible(label)))}](${url.replace(/\s/g, encodeURIComponent).replaceAll('(', '%28').replaceAll(')', '%29')})`,
};

const htmlEntities = (value: string): string => value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/'/g, '&#39;');

/** Only strong, code, br, ul, ol and li: the console accepts nothing else. */
const html: Dialect = {
  ...text,
  name: 'html',
  escape: (value) => htmlEntities(oneLine(visible(value))),
  content: htmlEntities,
  strong: (inner) => `<strong>${inner}</strong>`,
  code: (raw) => `<code>${htmlEntities(oneLine(visible(raw)))}</code>`,
  codeBlock: (raw) => `\n<code>${htmlEntities(visible(raw)).replaceAll('\n', '<br>')}</code>\n`,
  link: (url, label) => (label === url ? htmlEntities(url) : `${htmlEntities(oneLine(visible(label)))}: ${htmlEntities(url)}`),
  item: (inner) => `<li>${inner.trim().replaceAll('\n', '<br>')}</li>`,
  list: (items, ordered) => (items === '' ? '' : `<${ordered ? 'ol' : 'ul'}>${items}</${ordered ? 'ol' : 'ul'}>\n`),
  finish: (value) => tidyLines(value).replaceAll('\n', '<br>').replace(/(<\/?(?:ul|ol)>)(?:<br>)+/g, '$1').replace(/(?:<br>)+(<(?:ul|ol)>)/g, '$1'),
};

/** Signs that a phone's basic alphabet (GSM 03.38) lacks, and the ones it has instead. One foreign sign would halve the room. */
const gsmInstead: readonly (readonly [RegExp, string])[] = [
  [/\s*→\s*/g, '>'], [/[‘’‚′]/g, "'"], [/[“”„″]/g, '"'], [/[–—−]/g, '-'], [/…/g, '...'], [/[•·]/g, '-'], [/≤/g, '<='], [/≥/g, '>='], [/×/g, 'x'], [/`/g, "'"], [/\u200B/g, ''],
];
const gsmAlphabet = new Set(`@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€`);
const toGsm = (sign: string): string => (gsmAlphabet.has(sign) ? sign : [...sign.normalize('NFD').replace(/\p{M}/gu, '')].map((each) => (gsmAlphabet.has(each) ? each : '?')).join(''));
const gsmTwoPlaces = /[\^{}\\[~\]|€]/;

const places = (sign: string): number => (gsmTwoPlaces.test(sign) ? 2 : 1);

/** One SMS segment of the basic alphabet: 160 places, where a few signs take two. A longer text ends with "..". */
export function toOneSegment(value: string, placesMax = 160): string {
  const clean = [...gsmInstead.reduce((result, [from, to]) => result.replace(from, to), value.normalize('NFC').replace(/\s+/g, ' ').trim())].map(toGsm).join('');
  const signs = [...clean];
  if (signs.reduce((sum, sign) => sum + places(sign), 0) <= placesMax) return clean;
  let [used, kept] = [2, ''];
  for (const sign of signs) {
    used += places(sign);
    if (used > placesMax) break;
    kept += sign;
  }
  return `${kept.trimEnd()}..`;
}

const sms: Dialect = { ...text, name: 'sms', code: (raw) => oneLine(visible(raw)), item: (inner) => `${inner.trim()}; `, codeBlock: (raw) => oneLine(visible(raw)), finish: (value) => toOneSegment(value) };

export const dialects = { slack, teams, html, text, sms } as const;
