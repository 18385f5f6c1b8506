import { useEffect, useState } from 'preact/hooks';
import type { WaysModel } from '../routes/open-id.js';
import { ApiError, get, post } from './api.js';
import { ConfirmDialog } from './confirm.js';
import { ProblemNote } from './notice.js';
import { goToIssuer } from './sign-in.js';

type Purpose = 'cli' | 'slack' | 'teams';
const commands: Record<Purpose, (code: string) => string> = { cli: (code) => `lifeboat login ${code}`, slack: (code) => `/dr link ${code}`, teams: (code) => `link ${code}` };

/** One-time codes by which the acting person proves elsewhere who that is. */
export function LinkDialog({ simulated, person, onClose }: { readonly simulated: boolean; readonly person: string; readonly onClose: () => void }) {
  const [given, setGiven] = useState<{ purpose: Purpose; code: string } | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [issuer, setIssuer] = useState<string | null>(null);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setProblem(null);
    try {
      await work();
    } catch (error) {
      if (error instanceof ApiError) setProblem(error);
    }
  };
  const ask = (purpose: Purpose): Promise<void> => attempt(async () => { setGiven({ purpose, code: (await post<{ code: string }>('/api/session/code', { purpose })).code }); });
  useEffect(() => { void attempt(async () => { setIssuer((await get<WaysModel>('/api/session/ways')).openId?.issuer ?? null); }); }, []);
  return (
    <ConfirmDialog title={`Link another door to ${person}`} accept="Close" deny={null} danger={false} onClose={onClose}>
      <p>The command line, Slack and Teams speak the same grammar as this page. A code proves there that you are {person}; it works once, for ten minutes.</p>
      <p class="actions">
        <button type="button" onClick={() => { void ask('cli'); }}>Code for the command line</button>
        <button type="button" onClick={() => { void ask('slack'); }}>Code for Slack</button>
        <button type="button" onClick={() => { void ask('teams'); }}>Code for Teams</button>
        {issuer === null ? null : <button type="button" onClick={() => { void attempt(() => goToIssuer(true)); }}>Link a sign-in of {new URL(issuer).host}</button>}
      </p>
      <p aria-live="polite">{given === null ? null : <code class="big">{commands[given.purpose](given.code)}</code>}</p>
      {problem ? <ProblemNote problem={problem} /> : null}
      {simulated ? <p>In this simulated estate the command line also works without a code: <code>{`lifeboat query vm --as ${person}`}</code></p> : null}
    </ConfirmDialog>
  );
}
