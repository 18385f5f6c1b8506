import { Fragment, type ComponentChildren } from 'preact';

const inline = ['STRONG', 'CODE', 'EM'] as const;
const lists = ['UL', 'OL'] as const;

/**
 * A card's body. The server escaped it and uses a handful of tags; here only those become elements and everything else becomes text,
 * so that no message can bring markup of its own.
 */
export function Markup({ html }: { readonly html: string }) {
  const body = new DOMParser().parseFromString(html, 'text/html').body;
  return <div class="markup">{children(body)}</div>;
}

const isOneOf = (names: readonly string[], node: Node | null): boolean => node !== null && names.includes(node.nodeName);
const children = (node: Node): ComponentChildren[] => [...node.childNodes].map((child, index) => <Fragment key={index}>{toElement(child)}</Fragment>);

function toElement(node: Node): ComponentChildren {
  if (node.nodeType === Node.TEXT_NODE) return textOf(node);
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  switch (node.nodeName) {
    case 'STRONG': return <strong>{children(node)}</strong>;
    case 'EM': return <em>{children(node)}</em>;
    case 'CODE': return <code>{children(node)}</code>;
    case 'BR': return <br />;
    case 'UL': return <ul>{items(node)}</ul>;
    case 'OL': return <ol>{items(node)}</ol>;
    default: return node.textContent;
  }
}

const items = (list: Node): ComponentChildren[] => [...list.childNodes].filter((child) => child.nodeName === 'LI').map((child, index) => <li key={index}>{children(child)}</li>);

/** A line end in the text is a line end on the page, except beside a list, which breaks the line itself. */
function textOf(node: Node): ComponentChildren {
  let text = node.textContent ?? '';
  if (isOneOf(lists, node.nextSibling)) text = text.trimEnd();
  if (isOneOf(lists, node.previousSibling)) text = text.trimStart();
  if (node.nextSibling?.nodeName === 'BR') text = text.replace(/\n$/, '');
  if (node.previousSibling?.nodeName === 'BR') text = text.replace(/^\n/, '');
  if (!isOneOf(inline, node.nextSibling) && node.nextSibling === null) text = text.replace(/\n+$/, '');
  return text.split('\n').flatMap((line, index) => (index === 0 ? [line] : [<br key={index} />, line]));
}
