import { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import { useEffect, useState } from 'preact/hooks';
import type { PasskeysModel } from '../routes/passkeys.js';
import { ApiError, get, post } from './api.js';
import { ConfirmDialog } from './confirm.js';
import { ProblemNote } from './notice.js';

const base = '/api/session/passkeys';

/** The second proof for grave decisions: add one, confirm with one, remove one. */
export function PasskeysDialog({ onClose }: { readonly onClose: () => void }) {
  const [model, setModel] = useState<PasskeysModel | null>(null);
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<ApiError | null>(null);
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    setProblem(null);
    try {
      await work();
      setModel(await get<PasskeysModel>(base));
    } catch (error) {
      setProblem(error instanceof ApiError ? error : new ApiError(0, 'passkey', 'The browser did not use a passkey: it was cancelled, took too long, or this device has none that fits.', 'Nothing was changed. Try again, or use another device.'));
    }
  };
  useEffect(() => { void attempt(async () => undefined); }, []);
  const add = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      const response = await startRegistration({ optionsJSON: await post(`${base}/begin`, { purpose: 'add' }) });
      await post(`${base}/add`, { name: name.trim(), response });
      setName('');
    });
  };
  const prove = (): void => { void attempt(async () => { await post(`${base}/prove`, { response: await startAuthentication({ optionsJSON: await post(`${base}/begin`, { purpose: 'prove' }) }) }); }); };
  const some = (model?.passkeys.length ?? 0) > 0;
  return (
    <ConfirmDialog title="Passkeys" accept="Close" deny={null} danger={false} onClose={onClose}>
      <p>A passkey is a key in your device, opened by its PIN or your fingerprint. It confirms here what is too grave for a signed-in browser alone.</p>
      {some ? (
        <ul class="passkeys">
          {model!.passkeys.map((passkey) => <li key={passkey.id}>{passkey.name} <button type="button" onClick={() => { void attempt(() => post(`${base}/remove`, { id: passkey.id })); }}>Remove<span class="visually-hidden"> {passkey.name}</span></button></li>)}
        </ul>
      ) : null}
      {some ? <p class="actions"><button type="button" class="primary" onClick={prove}>Confirm with a passkey</button></p> : null}
      <p role="status">{model?.steppedUp ? `Confirmed: this browser may do grave things for ${model.stepUpLifeMs / 60_000} minutes from the confirmation.` : ''}</p>
      <form class="actions" onSubmit={add}>
        <label for="passkey-name">Name of a new passkey</label>
        <input id="passkey-name" value={name} required maxLength={40} onInput={(event) => { setName(event.currentTarget.value); }} />
        <button type="submit">Add</button>
      </form>
      {problem ? <ProblemNote problem={problem} /> : null}
    </ConfirmDialog>
  );
}
