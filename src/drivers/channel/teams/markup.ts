/** Text of a line, or one that stands out. */
export interface TextRun { readonly type: 'TextRun'; readonly text: string; readonly size?: 'Large' | 'Small'; readonly isSubtle?: true; readonly weight?: 'Bolder'; readonly fontType?: 'Monospace'; readonly underline?: true; readonly selectAction?: { readonly type: 'Action.OpenUrl'; readonly url: string } }
/** One line of the body, or a block of several in columns. Teams reads no markup in it, so no name and no reason can format, link or mention anything. */
export interface Line { readonly type: 'RichTextBlock'; readonly inlines: readonly TextRun[]; readonly spacing: 'None' | 'Small' | 'Medium' }

/** Teams computes `{{DATE(...)}}` wherever it stands in a text; a sign without width keeps a name from being one. */
export const inert = (text: string): string => text.replaceAll('{{', '{\u200B{');

/** A line that is plain text as it stands. */
export const plainLine = (text: string, look: Pick<TextRun, 'size' | 'weight' | 'isSubtle'> = {}): Line => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: inert(text), ...look }], spacing: 'Small' });

const token = /\\(.)|(\*\*)|`([^`]*)`|\[((?:\\.|[^\]\\])*)\]\((https?:\/\/[^)\s]+)\)/g;

/** Lines of a fenced block, and items of a list, share one element: each would cost more than it says. */
const blockCharactersMax = 2_000;

/** Reads what the templates write for Teams: `**strong**`, `` `code` ``, `[label](url)`, fenced blocks, and a backslash before each sign that is none of these. */
export function toLines(body: string): Line[] {
  const lines: Line[] = [];
  let [inCode, gap, block] = [false, false, ''];
  const push = (inlines: readonly TextRun[], close: 'None' | 'Small'): void => {
    if (inlines.length > 0) lines.push({ type: 'RichTextBlock', inlines, spacing: gap ? 'Medium' : close });
    gap = false;
  };
  const item = (inlines: readonly TextRun[]): void => {
    const last = lines.at(-1);
    if (gap || !last?.inlines[0]!.text.startsWith('• ') || JSON.stringify(last).length > blockCharactersMax) { push(inlines, 'Small'); return; }
    const [first, ...rest] = inlines;
    lines[lines.length - 1] = { ...last, inlines: [...last.inlines, { ...first!, text: `\n${first!.text}` }, ...rest] };
  };
  const pushBlock = (): void => {
    // Blanks that would be folded keep their column; between words a line may still break.
    if (block !== '') push([{ type: 'TextRun', text: inert(block).replace(/ {2,}|^ /gm, (blanks) => '\u00A0'.repeat(blanks.length)), fontType: 'Monospace' }], 'None');
    block = '';
  };
  for (const line of body.split('\n')) {
    if (line === '```') {
      pushBlock();
      [inCode, gap] = [!inCode, true];
    } else if (inCode) {
      if (block.length + line.length > blockCharactersMax) pushBlock();
      block = block === '' ? line : `${block}\n${line}`;
    } else if (line.trim() === '') gap = true;
    else if (line.startsWith('- ')) item(runs(`• ${line.slice(2)}`));
    else push(runs(line), 'Small');
  }
  pushBlock();
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
