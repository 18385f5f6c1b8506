import type { MeModel } from '../read-models/me.js';

interface Props { readonly me: MeModel; readonly current: string; readonly unread: ReadonlyMap<string, number>; readonly onChoose: (id: string) => void }

const signs = { private: '◐', tenant: '#', provider: '#' } as const;

export function Sidebar({ me, current, unread, onChoose }: Props) {
  return (
    <nav class="channels" aria-label="Conversations">
      <h2>Conversations</h2>
      <ul>
        {me.conversations.map(({ id, kind, title, about }) => {
          const waiting = kind === 'private' ? me.approvals.length : 0;
          const fresh = id === current ? 0 : unread.get(id) ?? 0;
          return (
            <li key={id}>
              <button type="button" aria-current={id === current ? 'true' : undefined} onClick={() => { onChoose(id); }} title={about}>
                <span class="sign" aria-hidden="true">{signs[kind]}</span>
                <span class="name">{title}<small>{about}</small></span>
                {waiting > 0 ? <span class="count urgent">{waiting}<span class="visually-hidden"> waiting for your approval</span></span> : null}
                {waiting === 0 && fresh > 0 ? <span class="count">{fresh}<span class="visually-hidden"> new</span></span> : null}
              </button>
            </li>
          );
        })}
      </ul>
      {me.approvals.length > 0 ? <p class="hint">{me.approvals.join(', ')} {me.approvals.length === 1 ? 'waits' : 'wait'} for your decision.</p> : null}
    </nav>
  );
}
