import { Graph, layout } from '@dagrejs/dagre';
import { differentPeople } from '../core/gate-words.js';
import { conditionWords } from './condition.js';
import { inWords } from './duration.js';
import type { Runbook, RunbookStep } from './runbook.js';

interface Box { readonly kind: string; readonly lines: readonly string[]; readonly tone: 'plain' | 'people' | 'danger' | 'frame' }

const lineMax = 34;
const [lineHeight, padding, boxWidth] = [17, 10, 260];

/** A runbook as a picture: what follows what, who is asked, what cannot be undone. Readable without colour, in light and dark, and by a screen reader. */
export function graphSvg(runbook: Pick<Runbook, 'name' | 'title' | 'gate' | 'steps'>): string {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 30, ranksep: 34, marginx: 20, marginy: 20 });
  graph.setDefaultEdgeLabel(() => ({}));
  const boxes = new Map<string, Box>();
  const add = (id: string, box: Box): string => {
    boxes.set(id, box);
    graph.setNode(id, { width: boxWidth, height: padding * 2 + lineHeight * (box.lines.length + 1) });
    return id;
  };
  const connect = (from: readonly string[], to: string, label = ''): void => { for (const each of from) graph.setEdge(each, to, { label }); };

  /** Answers with the ends of the list. */
  const sequence = (steps: readonly RunbookStep[], from: readonly string[], label = ''): readonly string[] => {
    let ends = from;
    steps.forEach((step, index) => { ends = drawn(step, ends, index === 0 ? label : ''); });
    return ends;
  };
  const drawn = (step: RunbookStep, from: readonly string[], label: string): readonly string[] => {
    const id = add(step.id, boxOf(step));
    connect(from, id, label);
    if (typeof step.onFailure !== 'string' && step.onFailure !== null) sequence(step.onFailure, [id], 'if it fails');
    switch (step.kind) {
      case 'parallel': return step.branches.flatMap((branch) => sequence(branch, [id]));
      case 'foreach': return sequence(step.steps, [id], 'each');
      case 'when': return [...sequence(step.steps, [id], 'yes'), ...(step.otherwise.length > 0 ? sequence(step.otherwise, [id], 'no') : [id])];
      default: return [id];
    }
  };
  const { gate } = runbook;
  sequence(runbook.steps, [add('(gate)', { kind: 'gate', tone: 'people', lines: wrapped(gate.people === 0 ? 'nobody is asked: it runs at once' : `${differentPeople(gate.people)}, ${gate.role}; ends after ${inWords(gate.expiresInMs)} without them`) })]);
  layout(graph);
  return svg(runbook, graph, boxes);
}

function boxOf(step: RunbookStep): Box {
  const text = step.says ?? wordsOf(step);
  const lines = [...wrapped(text), ...(step.irreversible ? ['CANNOT BE UNDONE'] : [])];
  const tone = step.irreversible ? 'danger' : step.kind === 'approval' || step.kind === 'ask' ? 'people' : ['parallel', 'foreach', 'when', 'call'].includes(step.kind) ? 'frame' : 'plain';
  const kind = step.kind === 'verb' ? 'controller' : step.kind;
  return { kind: kind === step.id ? kind : `${kind}: ${step.id}`, lines, tone };
}

function wordsOf(step: RunbookStep): string {
  switch (step.kind) {
    case 'verb': return `${step.drType === null ? '' : `${step.drType} `}${step.verb}`;
    case 'approval': return `${step.people} × ${step.role}: ${step.text}`;
    case 'ask': return `${step.role}: ${step.text}`;
    case 'notify': return `to the ${step.to}: ${step.text}`;
    case 'wait': return step.for.kind === 'time' ? inWords(step.for.ms) : `${step.for.kind === 'event' ? `event ${step.for.event}` : conditionWords(step.for.condition)}${step.timeoutMs === null ? '' : `, at most ${inWords(step.timeoutMs)}`}`;
    case 'check': return conditionWords(step.condition);
    case 'parallel': return `${step.branches.length} branches side by side`;
    case 'foreach': return `each ${step.over.replace('_', ' ')}${step.limit === null ? '' : `, ${step.limit} at once`}`;
    case 'when': return conditionWords(step.condition);
    case 'call': return `runbook ${step.runbook}`;
    default: return `${step.action} ${Object.entries(step.parameters).map(([name, value]) => `${name}=${value}`).join(' ')}`.trim();
  }
}

function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    if (lines.at(-1) !== '' && lines.at(-1)!.length + word.length > lineMax) lines.push('');
    lines.push(`${lines.pop()!}${word} `);
  }
  return lines.map((line) => line.trim());
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const round = (value: number): number => Math.round(value * 10) / 10;

function svg(runbook: Pick<Runbook, 'name' | 'title' | 'steps'>, graph: Graph, boxes: ReadonlyMap<string, Box>): string {
  const { width = 300, height = 200 } = graph.graph() as { width?: number; height?: number };
  const edges = graph.edges().map((edge: { v: string; w: string }) => {
    const { points, label } = graph.edge(edge) as { points: { x: number; y: number }[]; label: string };
    const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join(' ');
    const middle = points[points.length >> 1]!;
    return `<path class="edge" d="${path}" marker-end="url(#arrow)"/>${label ? `<text class="label" x="${round(middle.x + 6)}" y="${round(middle.y)}">${escaped(label)}</text>` : ''}`;
  });
  const nodes = graph.nodes().map((id: string) => {
    const { x, y, width: w, height: h } = graph.node(id) as { x: number; y: number; width: number; height: number };
    const { kind, lines, tone } = boxes.get(id)!;
    const [left, top] = [round(x - w / 2), round(y - h / 2)];
    const text = [kind, ...lines].map((line, index) => `<text class="${index === 0 ? 'kind' : 'words'}" x="${left + padding}" y="${round(top + padding + lineHeight * (index + 0.75))}">${escaped(line)}</text>`).join('');
    return `<g class="${tone}"><rect x="${left}" y="${top}" width="${w}" height="${h}" rx="${tone === 'people' ? 16 : 5}"/>${text}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}">
<title id="title">${escaped(`Runbook ${runbook.name}: ${runbook.title}`)}</title>
<style>
svg { background: #fff; font: 13px sans-serif; } rect { fill: #f6f8fa; stroke: #57606a; } text { fill: #1f2328; } .kind { font-weight: bold; font-size: 11px; } .edge { fill: none; stroke: #57606a; } .label { font-size: 11px; font-style: italic; }
.people rect { stroke-width: 2; stroke-dasharray: 6 3; } .danger rect { stroke: #b3261e; stroke-width: 3; } .frame rect { fill: none; } #arrow path { fill: #57606a; }
@media (prefers-color-scheme: dark) { svg { background: #0d1117; } rect { fill: #161b22; stroke: #8b949e; } text { fill: #e6edf3; } .edge { stroke: #8b949e; } .danger rect { stroke: #ff7b72; } #arrow path { fill: #8b949e; } }
</style>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>
${[...edges, ...nodes].join('\n')}
</svg>
`;
}
