import { useState } from 'preact/hooks';
import type { FaultChoice } from '../faults.js';
import type { FaultsModel } from '../routes/faults.js';
import { ApiError, post } from './api.js';
import { Badge } from './badge.js';
import { dayAndTime } from './format.js';
import { useResource } from './hooks.js';
import { Nothing, ProblemNote, Waiting } from './notice.js';

/** Breaks the simulated world, never a real one. */
export function FailuresPanel({ version }: { readonly version: number }) {
  const { data, problem, reload } = useResource<FaultsModel>('/api/faults', version);
  const [said, setSaid] = useState<string | null>(null);
  const [refused, setRefused] = useState<ApiError | null>(null);
  if (problem && !data) return <ProblemNote problem={problem} />;
  if (!data) return <Waiting what="failures" />;

  const send = async (what: 'inject' | 'revert', { fault, target }: { readonly fault: string; readonly target: string }): Promise<void> => {
    setRefused(null);
    try {
      setSaid((await post<{ says: string }>(`/api/faults/${what}`, { fault, target })).says);
    } catch (error) {
      if (error instanceof ApiError) setRefused(error);
    }
    await reload();
  };
  const isActive = (choice: FaultChoice): boolean => data.active.some((each) => each.fault === choice.fault && each.target === choice.target);
  const groups = [...new Set(data.choices.map((choice) => choice.group))];
  return (
    <>
      <p class="quiet">What you break here is simulated. Break something, then watch the conversation.</p>
      <div role="status">{said === null ? null : <p class="notice">{said}</p>}</div>
      {refused ? <ProblemNote problem={refused} /> : null}
      <section class="block" aria-label="Active failures">
        <h3>Active now</h3>
        {data.active.length === 0 ? <Nothing>Nothing is broken.</Nothing> : null}
        <ul class="faults">
          {data.active.map((fault) => {
            const choice = data.choices.find((each) => each.fault === fault.fault && each.target === fault.target);
            return (
              <li key={`${fault.fault} ${fault.target}`}>
                <span><Badge tone="critical">{choice?.says ?? `${fault.fault} ${fault.target}`}</Badge> <small>since {dayAndTime(fault.since)}</small></span>
                <button type="button" aria-label={`Revert: ${choice?.says ?? fault.target}`} onClick={() => { void send('revert', fault); }}>Revert</button>
              </li>
            );
          })}
        </ul>
      </section>
      {groups.map((group) => (
        <details class="block" key={group} open={!group.startsWith('VMs')}>
          <summary>{group}</summary>
          <ul class="faults">
            {data.choices.filter((choice) => choice.group === group).map((choice) => (
              <li key={`${choice.fault} ${choice.target}`}>
                <span>{choice.says}</span>
                <button type="button" disabled={isActive(choice)} aria-label={`Inject: ${choice.says}`} onClick={() => { void send('inject', choice); }}>{isActive(choice) ? 'Active' : 'Inject'}</button>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  );
}
