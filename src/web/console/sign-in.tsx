import { useState } from 'preact/hooks';
import { ApiError, post } from './api.js';
import { ProblemNote } from './notice.js';

export function SignIn({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<ApiError | null>(null);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await post('/api/session/login', { code: code.trim() });
      onSignedIn();
    } catch (error) {
      if (error instanceof ApiError) setProblem(error);
    }
  };
  return (
    <main class="sign-in">
      <h1><img src="/icon.svg" alt="" width="32" height="32" /> Lifeboat</h1>
      <form onSubmit={(event) => { void send(event); }}>
        <label for="code">One-time code</label>
        <input id="code" value={code} autocomplete="one-time-code" autofocus required maxLength={32} onInput={(event) => { setCode(event.currentTarget.value); }} />
        <button type="submit" class="primary">Sign in</button>
      </form>
      {problem ? <ProblemNote problem={problem} /> : null}
      <p class="quiet">Who runs Lifeboat gives codes out, on its machine: <code>lifeboat login-code NAME</code>. A code works once, for ten minutes.</p>
    </main>
  );
}
