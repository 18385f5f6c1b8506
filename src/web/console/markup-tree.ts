/** A card's body as a tree. Its own little reader: the browser's would load and run what it reads. */
export type MarkupNode = string | { readonly tag: Tag; readonly children: MarkupNode[] };
export type Tag = 'strong' | 'em' | 'code' | 'br' | 'ul' | 'ol' | 'li';

const tagSign = /(<\/?(?:strong|em|code|br|ul|ol|li)>)/;
const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const decoded = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!);

/** Only the bare tags of the console's dialect count (chatops writes no other); everything else is text and stays visible. */
export function readMarkup(html: string): MarkupNode[] {
  const root: MarkupNode[] = [];
  const open: { readonly tag: Tag; readonly children: MarkupNode[] }[] = [];
  for (const token of html.split(tagSign)) {
    const children = open.at(-1)?.children ?? root;
    const tag = tagSign.test(token) ? (token.replace(/[</>]/g, '') as Tag) : null;
    if (tag === null) children.push(...lines(decoded(token)));
    else if (tag === 'br') children.push({ tag, children: [] });
    else if (token.startsWith('</')) {
      // A tag that was never opened closes nothing; one that was closes what is open inside it.
      const index = open.findLastIndex((each) => each.tag === tag);
      if (index >= 0) open.length = index;
    } else {
      const node = { tag, children: [] };
      children.push(node);
      open.push(node);
    }
  }
  return root;
}

/** A line end in the text is one on the page. */
const lines = (text: string): MarkupNode[] => text.split('\n').flatMap((line, index): MarkupNode[] => [...(index > 0 ? [{ tag: 'br' as const, children: [] }] : []), ...(line === '' ? [] : [line])]);
