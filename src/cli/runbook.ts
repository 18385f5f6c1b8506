import type { PrintedPlan } from '../core/printed-plan.js';
import type { Client } from './client.js';
import { say } from './estate.js';

export interface RunbookOptions { readonly client: Client; readonly as: string | null; readonly json: boolean }

/** `lifeboat runbook print [NAME] [html]`: on paper before the night when Lifeboat is down. */
export async function runbook([action, ...rest]: readonly string[], { client, as, json }: RunbookOptions): Promise<number> {
  const html = rest.at(-1) === 'html';
  const [name, ...more] = html ? rest.slice(0, -1) : rest;
  if (action !== 'print' || more.length > 0) return say('lifeboat runbook print [NAME] [html] > FILE', action === undefined ? 3 : 4);
  const { plans } = await client.call<{ plans: PrintedPlan[] }>('GET', `/api/runbooks/printed${as === null ? '' : `?as=${encodeURIComponent(as)}`}`);
  const wanted = plans.filter((plan) => name === undefined || plan.runbook === name);
  if (wanted.length === 0) return say(`There is no runbook ${name ?? ''} with a gate. Known: ${[...new Set(plans.map((plan) => plan.runbook))].join(', ') || 'none'}.`, 2);
  process.stdout.write(json ? `${JSON.stringify(wanted)}\n` : html ? toHtml(wanted, new Date()) : `${head(new Date())}\n\n${wanted.map(toText).join('\n')}`);
  return 0;
}

const head = (at: Date): string => `Plans for the night when Lifeboat is down, as of ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC. Print them anew after every move and every change of the estate.`;

export function toText({ title, tenant, runbook: name, ksysmgr, gate, loss, irreversible, steps, notToday }: PrintedPlan): string {
  const lines = notToday !== null ? [`No steps today: ${notToday}`] : [
    `Loss: ${loss}`, ...irreversible.map((words) => `CANNOT BE UNDONE: ${words}`),
    ...steps.flatMap((step, index) => [`[ ] ${index + 1}. ${step.says}${step.irreversible ? '  ** CANNOT BE UNDONE **' : ''}`, `       ${step.byHand}`]),
  ];
  return `${[`== ${title} (${tenant}, runbook ${name})`, `Approval: ${gate}`, `Names and time: ______________________________`, `With KSYS, instead of all the steps: ${ksysmgr}`, ...lines].join('\n')}\n`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export const toHtml = (plans: readonly PrintedPlan[], at: Date): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Lifeboat: printed plans</title><style>body{font:11pt sans-serif}pre{font:9pt monospace;white-space:pre-wrap;page-break-after:always}</style></head>
<body><h1>Printed plans</h1><p>${escaped(head(at))}</p>
${plans.map((plan) => `<h2>${escaped(plan.title)}</h2>\n<pre>${escaped(toText(plan))}</pre>`).join('\n')}
</body></html>
`;
