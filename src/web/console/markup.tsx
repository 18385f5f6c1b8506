import { createElement, type ComponentChild } from 'preact';
import { readMarkup, type MarkupNode } from './markup-tree.js';

/** A card's body. The server escaped it; here nothing but a handful of bare tags can become an element. */
export const Markup = ({ html }: { readonly html: string }) => <div class="markup">{readMarkup(html).map(toElement)}</div>;

function toElement(node: MarkupNode, index: number): ComponentChild {
  if (typeof node === 'string') return node;
  // Code of several lines is a table of labels and values: its columns must stand.
  const isBlock = node.tag === 'code' && node.children.some((child) => typeof child !== 'string' && child.tag === 'br');
  return createElement(node.tag, { key: index, ...(isBlock ? { class: 'block-code', tabIndex: 0 } : {}) }, ...node.children.map(toElement));
}
