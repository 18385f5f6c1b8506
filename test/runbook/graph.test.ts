import { expect, test } from '@jest/globals';
import { graphSvg } from '../../src/runbook/graph.js';
import { readRunbook } from '../../src/runbook/read.js';

const drawn = (steps: string): string => {
  const result = readRunbook(`name: own\ntitle: 'Own <b>'\ngate: { people: 2 }\nsteps:\n${steps}`, 'own.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return graphSvg(result.read.runbook);
};
const boxes = (svg: string): number => svg.split('<rect ').length - 1;
const arrows = (svg: string): number => svg.split('class="edge"').length - 1;

test('has a box for the gate and for each step, and an arrow to each', () => {
  const svg = drawn('  - verb: verify\n  - notify: { text: "one" }\n  - parallel:\n      - [{ notify: { text: "left" } }]\n      - [{ notify: { text: "right" } }]\n  - check: { pending: none }\n');
  expect(boxes(svg)).toBe(7);
  expect(arrows(svg)).toBe(7);
});
test('draws what is done when a step fails', () => { expect(drawn('  - verb: verify\n  - check: { pending: none }\n    onFailure: [{ notify: { text: "sorry" } }]\n')).toContain('if it fails'); });
test('says in words what colour would say', () => { expect(drawn('  - verb: verify\n  - approval: { text: x }\n    irreversible: true\n')).toContain('CANNOT BE UNDONE'); });
test('lets nothing of a runbook become markup', () => {
  const svg = drawn('  - verb: verify\n  - notify: { text: "<script>&\\"" }\n');
  expect(svg).not.toContain('<script>');
  expect(svg).toContain('&lt;script&gt;&amp;&quot;');
  expect(svg).toContain('Own &lt;b&gt;');
});
test('is the same picture each time', () => { expect(drawn('  - verb: verify\n')).toBe(drawn('  - verb: verify\n')); });
