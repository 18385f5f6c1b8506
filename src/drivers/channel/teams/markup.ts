/** Text of a line, or one that stands out. */
export interface TextRun { readonly type: 'TextRun'; readonly text: string; readonly size?: 'Large' | 'Small'; readonly isSubtle?: true; readonly weight?: 'Bolder'; readonly fontType?: 'Monospace'; readonly underline?: true; readonly selectAction?: { readonly type: 'Action.OpenUrl'; readonly url: string } }
/** One line of the body. Teams reads no markup in it, so no name and no reason can format, link or mention anything. */
export interface Line { readonly type: 'RichTextBlock'; readonly inlines: readonly TextRun[]; readonly spacing: 'None' | 'Small' | 'Medium' }

/** Teams computes `{{DATE(...)}}` wherever it stands in a text; a sign without width keeps a name from being one. */
export const inert = (text: string): string => text.replaceAll('{{', '{\u200B{');

/** A line that is plain text as it stands. */
export const plainLine = (text: string, look: Pick<TextRun, 'size' | 'weight' | 'isSubtle'> = {}): Line => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: inert(text), ...look }], spacing: 'Small' });

const token = /\\(.)|(\*\*)|`([^`]*)`|\[((?:\\.|[^\]\\])*)\]\((https?:\/\/[^)\s]+)\)/g;

/** Reads what the templates write for Teams: `**strong**`, `` `code` ``, `[label](url)`, fenced blocks, and a backslash before each sign that is none of these. */
export function toLines(body: string): Line[] {
  const lines: Line[] = [];
  let [inCode, gap] = [false, false];
  for (const line of body.split('\n')) {
    if (line === '```') { inCode = !inCode; gap = true; continue; }
    if (line.trim() === '') { gap = true; continue; }
    // A blank that would be folded keeps its column.
    const inlines: TextRun[] = inCode ? [{ type: 'TextRun', text: inert(line).replaceAll(' ', '\u00A0'), fontType: 'Monospace' }] : runs(line.replace(/^- /, '• '));
    if (inlines.length === 0) continue;
    lines.push({ type: 'RichTextBlock', inlines, spacing: gap ? 'Medium' : inCode ? 'None' : 'Small' });
    gap = false;
  }
  return lines;
}

function runs(line: string): TextRun[] {
  const found: TextRun[] = [];
  let [plain, strong, at] = ['', false, 0];
  const flush = (): void => {
    if (plain !== '') found.push({ type: 'TextRun', text: inert(plain), ...(strong ? { weight: 'Bolder' as const } : {}) });
    plain = '';
  };
  for (const match of line.matchAll(token)) {
    plain += line.slice(at, match.index);
    at = match.index + match[0].length;
    const [, escaped, stars, code, label, url] = match;
    if (escaped !== undefined) { plain += escaped; continue; }
    flush();
    if (stars !== undefined) strong = !strong;
    else if (url !== undefined) found.push({ type: 'TextRun', text: inert((label ?? '').replace(/\\(.)/g, '$1') || url), underline: true, selectAction: { type: 'Action.OpenUrl', url } });
    else if (code) found.push({ type: 'TextRun', text: inert(code), fontType: 'Monospace' });
  }
  plain += line.slice(at);
  flush();
  return found;
}
