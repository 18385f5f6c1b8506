import type { RunSummary } from '../read-models/runs.js';
import { Badge, runTone } from './badge.js';
import { dayAndTime } from './format.js';
import { useResource } from './hooks.js';
import { Nothing, ProblemNote, Waiting } from './notice.js';

export function RunsPanel({ version, onRun }: { readonly version: number; readonly onRun: (run: string) => void }) {
  const { data, problem } = useResource<{ runs: RunSummary[] }>('/api/runs', version);
  if (problem && !data) return <ProblemNote problem={problem} />;
  if (!data) return <Waiting what="runs" />;
  if (data.runs.length === 0) return <Nothing>No run yet. Try: verify site customerA</Nothing>;
  return (
    <ul class="list">
      {data.runs.map((run) => (
        <li key={run.run}>
          <button type="button" class="row" onClick={() => { onRun(run.run); }}>
            <span class="row-head"><strong>{run.run}</strong> {run.title}</span>
            <span class="facts"><Badge tone={runTone(run.status)}>{run.status}</Badge><span>{run.says}</span></span>
            <span class="facts"><small>{run.tenant} · asked by {run.requestedBy} · {dayAndTime(run.proposedAt)}</small><Progress run={run} /></span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Progress({ run }: { readonly run: Pick<RunSummary, 'run' | 'stepsDone' | 'stepsTotal' | 'startedAt'> }) {
  if (run.startedAt === null || run.stepsTotal === 0) return null;
  return <span class="progress"><progress max={run.stepsTotal} value={run.stepsDone} aria-label={`Steps of ${run.run}`} /> {run.stepsDone} of {run.stepsTotal} steps</span>;
}
