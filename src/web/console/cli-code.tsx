import { useEffect, useState } from 'preact/hooks';
import { ApiError, post } from './api.js';
import { ConfirmDialog } from './confirm.js';
import { ProblemNote } from './notice.js';

/** A code by which the acting person signs the `lifeboat` command in. */
export function CliCode({ simulated, person, onClose }: { readonly simulated: boolean; readonly person: string; readonly onClose: () => void }) {
  const [code, setCode] = useState<string | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  useEffect(() => {
    post<{ code: string }>('/api/session/cli-code').then((answer) => { setCode(answer.code); }, (error: unknown) => { if (error instanceof ApiError) setProblem(error); });
  }, []);
  return (
    <ConfirmDialog title="The lifeboat command" accept="Close" deny={null} danger={false} onClose={onClose}>
      <p>The command line speaks the same grammar as this page. To sign it in as {person}, run within ten minutes:</p>
      {problem ? <ProblemNote problem={problem} /> : <p aria-live="polite"><code class="big">{code === null ? 'getting a code …' : `lifeboat login ${code}`}</code></p>}
      {simulated ? <p>In this simulated estate it also works without a code: <code>{`lifeboat query vm --as ${person}`}</code></p> : null}
    </ConfirmDialog>
  );
}
