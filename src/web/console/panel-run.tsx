import { useState } from 'preact/hooks';
import type { EntryModel } from '../read-models/lists.js';
import type { RunDetail, StepModel } from '../read-models/runs.js';
import { Badge, runTone, stepTone } from './badge.js';
import { EntryTable } from './entry-table.js';
import { EvidenceList } from './evidence.js';
import { clockTime, dayAndTime, duration } from './format.js';
import { useResource } from './hooks.js';
import { ProblemNote, Waiting } from './notice.js';
import { Progress } from './panel-runs.js';

export function RunPanel({ run, version, onBack }: { readonly run: string; readonly version: number; readonly onBack: () => void }) {
  const { data, problem } = useResource<RunDetail>(`/api/runs/${encodeURIComponent(run)}`, version);
  return (
    <>
      <p><button type="button" onClick={onBack}><span aria-hidden="true">← </span>All runs</button></p>
      {problem && !data ? <ProblemNote problem={problem} /> : null}
      {data ? <Detail run={data} version={version} /> : problem ? null : <Waiting what={run} />}
    </>
  );
}

function Detail({ run, version }: { readonly run: RunDetail; readonly version: number }) {
  return (
    <article class="block">
      <h3>{run.run} {run.title}</h3>
      <p class="facts"><Badge tone={runTone(run.status)}>{run.status}</Badge><span>{run.says}</span><Progress run={run} /></p>
      <dl>
        <dt>Asked by</dt><dd>{run.requestedBy}, {dayAndTime(run.proposedAt)}{run.reason === null ? '' : `: ${run.reason}`}{run.incident === null ? '' : ` (${run.incident})`}</dd>
        <dt>People</dt><dd>{run.peopleNeeded === 0 ? 'runs at once' : `${run.peopleHave} of ${run.peopleNeeded}`}{run.approvals.map((each) => `; ${each.by} approved ${clockTime(each.at)} (${each.surface})`).join('')}</dd>
        {run.expiresAt === null ? null : <><dt>Expires</dt><dd>{dayAndTime(run.expiresAt)}; then nothing runs</dd></>}
        <dt>Loss</dt><dd>{run.loss.words}</dd>
        <dt>No way back</dt><dd>{run.irreversible.length === 0 ? 'everything can be undone' : run.irreversible.join('; ')}</dd>
        <dt>VMs</dt><dd>{run.vms.join(', ') || 'none'}</dd>
        {run.excluded.length === 0 ? null : <><dt>Left out</dt><dd>{run.excluded.map((each) => `${each.vm} (${each.why})`).join('; ')}</dd></>}
        <dt>Plan</dt><dd><code>{run.digest}</code>, version {run.epoch}, about {duration(run.predictedMs)} of estate time</dd>
      </dl>
      {run.changes.length === 0 ? null : <div class="notice"><strong>The plan changed:</strong><ul>{run.changes.map((change) => <li key={change.what}>{change.what}: {change.before || 'none'} → {change.after || 'none'}</li>)}</ul></div>}
      {run.exceptions.length === 0 ? null : <div class="notice"><strong>Exceptions</strong><ul>{run.exceptions.map((each) => <li key={each}>{each}</li>)}</ul></div>}
      <EvidenceList evidence={run.evidence} />
      <h4>Steps</h4>
      <ol class="steps">{run.steps.map((step) => <StepView key={step.id} step={step} />)}</ol>
      <RunJournal run={run.run} version={version} />
    </article>
  );
}

function StepView({ step }: { readonly step: StepModel }) {
  const took = step.startedAt !== null && step.finishedAt !== null ? `${clockTime(step.startedAt)}, ${duration(step.finishedAt - step.startedAt)}` : step.startedAt !== null ? `since ${clockTime(step.startedAt)}` : '';
  return (
    <li>
      <p><Badge tone={stepTone(step.status)}>{step.status}</Badge> {step.says}{step.irreversible ? <strong class="final"> (no way back)</strong> : null} <small>{took}{step.attempt > 1 ? `, attempt ${step.attempt}` : ''}</small></p>
      {step.why === null ? null : <p class="why">{step.why}{step.remedy === null ? '' : ` ${step.remedy}`}</p>}
      <EvidenceList evidence={step.evidence} />
    </li>
  );
}

/** Loaded when it is opened: a long run has thousands of entries. */
function RunJournal({ run, version }: { readonly run: string; readonly version: number }) {
  const [open, setOpen] = useState(false);
  return <details onToggle={(event) => { setOpen(event.currentTarget.open); }}><summary>Journal of {run}</summary>{open ? <RunEntries run={run} version={version} /> : null}</details>;
}

function RunEntries({ run, version }: { readonly run: string; readonly version: number }) {
  const { data, problem } = useResource<{ entries: EntryModel[] }>(`/api/runs/${encodeURIComponent(run)}/journal`, version);
  if (problem && !data) return <ProblemNote problem={problem} />;
  return data ? <EntryTable entries={data.entries} label={`Journal of ${run}`} /> : <Waiting what="its journal" />;
}
