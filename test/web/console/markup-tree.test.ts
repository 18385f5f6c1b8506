import { expect, test } from '@jest/globals';
import { readMarkup, type MarkupNode } from '../../../src/web/console/markup-tree.js';

/** As the page would hold it: text in quotes. */
const shown = (nodes: readonly MarkupNode[]): string => nodes.map((node) => (typeof node === 'string' ? JSON.stringify(node) : `${node.tag}(${shown(node.children)})`)).join(' ');

test.each([
  ['the tags of a card become elements', '<strong>HOST_FAILURE</strong> pbrazos<br>Next: <code>why I-1</code>', 'strong("HOST_FAILURE") " pbrazos" br() "Next: " code("why I-1")'],
  ['lists hold their items', 'Steps<ol><li>one</li><li>two <code>x</code></li></ol>end', '"Steps" ol(li("one") li("two " code("x"))) "end"'],
  ['escaped text comes back as it was typed', '&lt;b&gt; &amp;amp; &quot;x&quot; &#39;y&#39;', '"<b> &amp; \\"x\\" \'y\'"'],
  ['a line end is a line end', 'one\ntwo', '"one" br() "two"'],
  ['columns of a block are kept', '<code>Name:   billing<br>State:  READY</code>', 'code("Name:   billing" br() "State:  READY")'],
  ['a foreign tag is text', '<img src=x onerror=alert(1)><script>x</script>', '"<img src=x onerror=alert(1)><script>x</script>"'],
  ['a tag with an attribute is text', '<strong onclick="x()">a</strong>', '"<strong onclick=\\"x()\\">a"'],
  ['an escaped tag stays text', '&lt;strong&gt;a', '"<strong>a"'],
  ['what was not opened closes nothing, what stays open ends with the body', '</code>a<strong>b', '"a" strong("b")'],
  ['an outer end closes what is open inside', '<strong><code>a</strong>b', 'strong(code("a")) "b"'],
])('%s', (_title, html, tree) => expect(shown(readMarkup(html))).toBe(tree));
