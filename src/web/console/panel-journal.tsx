import { useState } from 'preact/hooks';
import type { EntryModel } from '../read-models/lists.js';
import { ApiError, post } from './api.js';
import { EntryTable } from './entry-table.js';
import { counted } from './format.js';
import { useResource } from './hooks.js';
import { Nothing, ProblemNote, Waiting } from './notice.js';

interface Verdict { readonly ok: boolean; readonly entries: number | null; readonly head: string | null; readonly broken: { readonly seq: number | null; readonly why: string } | null; readonly erased?: readonly object[]; readonly dropped?: number }

export function JournalPanel({ version }: { readonly version: number }) {
  const { data, problem } = useResource<{ entries: EntryModel[] }>('/api/journal', version);
  return (
    <>
      <Verify />
      {problem && !data ? <ProblemNote problem={problem} /> : null}
      {!data && !problem ? <Waiting what="the journal" /> : null}
      {data?.entries.length === 0 ? <Nothing>No entry that you may see.</Nothing> : null}
      {data && data.entries.length > 0 ? <><h3 class="section">Newest first</h3><EntryTable entries={data.entries} label="Newest journal entries" /></> : null}
    </>
  );
}

function Verify() {
  const [verdict, setVerdict] = useState<Verdict | 'checking' | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const verify = async (): Promise<void> => {
    setVerdict('checking');
    setProblem(null);
    try {
      setVerdict(await post<Verdict>('/api/journal/verify'));
    } catch (error) {
      setVerdict(null);
      if (error instanceof ApiError) setProblem(error);
    }
  };
  return (
    <section class="block" aria-label="Verify the journal">
      <p>Every entry is chained to the one before it. Verifying reads them all and recomputes the chain.</p>
      <p><button type="button" class="primary" onClick={() => { void verify(); }}>Verify the journal</button></p>
      <div role="status">
        {verdict === 'checking' ? <p>Checking …</p> : null}
        {verdict !== null && verdict !== 'checking' ? <p class={verdict.ok ? 'notice good' : 'notice problem'}>{words(verdict)}</p> : null}
      </div>
      {problem ? <ProblemNote problem={problem} /> : null}
    </section>
  );
}

function words({ ok, entries, head, broken, erased = [], dropped = 0 }: Verdict): string {
  const gone = `${erased.length === 0 ? '' : ` ${counted(erased.length, 'entry', 'entries')} partly erased, as recorded.`}${dropped === 0 ? '' : ` ${counted(dropped, 'old entry', 'old entries')} without payload, as recorded.`}`;
  if (ok) return `✓ The chain is whole${entries === null ? '' : `: ${counted(entries, 'entry', 'entries')}`}${head === null ? '' : `, head ${head.slice(0, 16)}`}.${gone}`;
  return `✕ The chain is broken${broken?.seq === null || broken?.seq === undefined ? '' : ` at entry ${broken.seq}`}: ${broken?.why ?? 'no reason given'} Keep the database as it is and compare it with a backup.`;
}
