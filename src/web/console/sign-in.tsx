import { useEffect, useState } from 'preact/hooks';
import type { WaysModel } from '../routes/open-id.js';
import { ApiError, get, post } from './api.js';
import { ProblemNote } from './notice.js';

/** The issuer asks who it is, and sends the browser back. @throws ApiError */
export async function goToIssuer(link: boolean): Promise<void> {
  location.assign((await post<{ url: string }>('/api/session/openid', link ? { link } : {})).url);
}

export function SignIn({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const [code, setCode] = useState('');
  const [ways, setWays] = useState<WaysModel | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (error instanceof ApiError) setProblem(error);
    }
  };
  useEffect(() => { void attempt(async () => { setWays(await get<WaysModel>('/api/session/ways')); }); }, []);
  const unlinked = ways?.unlinked ?? null;
  const send = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      await post('/api/session/login', { code: code.trim(), ...(unlinked === null ? {} : { link: true }) });
      onSignedIn();
    });
  };
  return (
    <main class="sign-in">
      <h1><img src="/icon.svg" alt="" width="32" height="32" /> Lifeboat</h1>
      {unlinked === null ? null : (
        <p class="notice" role="status">
          You signed in as <code>{unlinked}</code>, but nobody here is linked to that yet. Ask an operator of the provider for a one-time code in your name; on the machine that runs Lifeboat they run <code>lifeboat login-code NAME web</code>.
          The code links this sign-in to you for good. If this is not your sign-in, do not enter a code.
        </p>
      )}
      {ways?.openId && unlinked === null ? <button type="button" class="primary" onClick={() => { void attempt(() => goToIssuer(false)); }}>Sign in with {new URL(ways.openId.issuer).host}</button> : null}
      <form onSubmit={send}>
        <label for="code">One-time code</label>
        <input id="code" value={code} autocomplete="one-time-code" autofocus required maxLength={32} onInput={(event) => { setCode(event.currentTarget.value); }} />
        <button type="submit" class="primary">{unlinked === null ? 'Sign in' : 'Link and sign in'}</button>
      </form>
      {ways?.sendsCodes ? <AskForCode attempt={attempt} /> : null}
      {problem ? <ProblemNote problem={problem} /> : null}
      <p class="quiet">Who runs Lifeboat gives codes out, on its machine: <code>lifeboat login-code NAME web</code>. A code works once, for ten minutes.</p>
    </main>
  );
}

/** The answer is the same for every name, so that nobody learns here who exists. */
function AskForCode({ attempt }: { readonly attempt: (work: () => Promise<void>) => Promise<void> }) {
  const [person, setPerson] = useState('');
  const [asked, setAsked] = useState(false);
  const ask = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      await post('/api/session/send-code', { person });
      setAsked(true);
    });
  };
  return (
    <form onSubmit={ask}>
      <label for="person">Your name in the estate</label>
      <input id="person" class="plain" value={person} autocomplete="username" required maxLength={64} onInput={(event) => { setPerson(event.currentTarget.value); setAsked(false); }} />
      <button type="submit">Send me a code</button>
      <span role="status" class="quiet">{asked ? 'If that person has a linked chat account, a private message with a code is on its way there.' : ''}</span>
    </form>
  );
}
