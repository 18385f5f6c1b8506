import { createElement, type ComponentChild } from 'preact';
import { readMarkup, type MarkupNode } from './markup-tree.js';

/** A card's body. The server escaped it; here nothing but a handful of bare tags can become an element. */
export const Markup = ({ html }: { readonly html: string }) => <div class="markup">{readMarkup(html).map(toElement)}</div>;

const toElement = (node: MarkupNode, index: number): ComponentChild => (typeof node === 'string' ? node : createElement(node.tag, { key: index }, ...node.children.map(toElement)));
