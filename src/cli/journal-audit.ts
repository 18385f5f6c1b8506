import { Audit, type AuditedRun } from '../core/audit.js';
import type { JournalEvent } from '../core/event.js';
import { say } from './estate.js';
import { entriesOf, NotAnExport, verifyFile } from './journal-file.js';

/** `lifeboat journal audit FILE`: every run of an export, with who asked, who stood behind it, and whether each change has its intent and its evidence. Needs no Lifeboat. */
export async function auditFile(file: string | undefined, json: boolean): Promise<number> {
  if (file === undefined) return say('journal audit needs a file that lifeboat journal export wrote: lifeboat journal audit journal.ndjson', 3);
  try {
    const verdict = await verifyFile(file);
    if (!verdict.ok) return say(`${file} IS BROKEN at entry ${verdict.broken?.seq}: ${verdict.broken?.why}\nWhat follows cannot be trusted, so it was not read: lifeboat journal verify ${file}`, 1);
    const audit = new Audit();
    // What has lost its payload to age or to an erasure of the whole says nothing about steps.
    for await (const { payload, at } of entriesOf(file)) if (payload !== null) audit.take(JSON.parse(payload) as JournalEvent, at);
    const runs = audit.runs();
    const problems = runs.flatMap((run) => run.problems.map((problem) => `${run.run}: ${problem}`));
    if (json) process.stdout.write(`${JSON.stringify({ ok: problems.length === 0, head: verdict.head, runs })}\n`);
    else process.stdout.write(`${[...runs.map(words), ...problems.map((problem) => `NOT IN ORDER: ${problem}`), sum(runs, problems.length)].join('\n')}\n`);
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined && !(error instanceof NotAnExport)) throw error;
    return say(code === 'ENOENT' ? `${file} cannot be read: there is no such file.` : message, code === 'ENOENT' ? 2 : 4);
  }
}

const time = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

function words({ run, title, askedBy, reason, grantedBy, grantedAt, steps, changes, outcome }: AuditedRun): string {
  const behind = grantedAt === null ? 'nobody let it go' : grantedBy.length === 0 ? `needed no approval, ${time(grantedAt)}` : `let go by ${grantedBy.join(' and ')}, ${time(grantedAt)}`;
  return `${run} ${title}: asked for by ${askedBy}${reason === null ? '' : ` ("${reason}")`}; ${behind}; ${steps} steps, ${changes} of them changes; ${outcome ?? 'not ended'}`;
}

function sum(runs: readonly AuditedRun[], problems: number): string {
  const steps = runs.reduce((all, run) => all + run.steps, 0);
  return problems === 0 ? `${runs.length} runs, ${steps} steps: each has one intent and one evidence for each attempt, in this order, under an approval of exactly the plan that ran.` : `${problems} ${problems === 1 ? 'thing is' : 'things are'} not in order.`;
}
