import type { MeModel } from '../read-models/me.js';
import { clockRate, estateNow } from './clock.js';
import { clockTime, fullTime } from './format.js';
import { useTick } from './hooks.js';

interface Props { readonly me: MeModel; readonly connected: boolean; readonly onSwitch: (person: string) => void; readonly onSignOut: () => void; readonly onCode: () => void; readonly onPasskeys: () => void }

export function Header({ me, connected, onSwitch, onSignOut, onCode, onPasskeys }: Props) {
  return (
    <header class="top">
      <a class="skip" href="#command">Skip to the command line</a>
      <h1><img src="/icon.svg" alt="" width="24" height="24" /> Lifeboat</h1>
      <p class="estate">Estate <strong>{me.estate.name}</strong>{me.estate.simulated ? <span class="badge drill"><span aria-hidden="true">◇ </span>Simulated</span> : null}</p>
      <EstateClock zone={me.estate.timeZone} />
      <p class={connected ? 'link' : 'link lost'} role="status">{connected ? <><span aria-hidden="true">● </span>Live</> : <><span aria-hidden="true">▲ </span>Connection lost, trying again</>}</p>
      <div class="acting">
        {me.people.length > 0 ? (
          <>
            <label for="person">Acting as</label>
            <select id="person" value={me.person.name} onChange={(event) => { onSwitch(event.currentTarget.value); }}>
              {me.people.map((person) => <option key={person.name} value={person.name}>{`${person.displayName} (${person.roles.join(', ')}; ${person.scope})`}</option>)}
            </select>
          </>
        ) : (
          <>
            <span>{me.person.displayName} · {me.person.roles.join(', ')} · {me.person.scope}</span>
            <button type="button" onClick={onSignOut}>Sign out</button>
          </>
        )}
        <button type="button" class="quiet-button" onClick={onCode}>Link …</button>
        <button type="button" class="quiet-button" onClick={onPasskeys}>Passkeys …</button>
      </div>
    </header>
  );
}

function EstateClock({ zone }: { readonly zone: string }) {
  useTick(250);
  const now = estateNow();
  const rate = clockRate();
  return (
    <p class="clock" title={fullTime(now)}>
      <span class="visually-hidden">Estate time </span><span role="timer" aria-live="off">{clockTime(now)}</span> <small>{zone}{rate === 1 ? '' : ` · ×${rate}`}</small>
    </p>
  );
}
