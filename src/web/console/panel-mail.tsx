import { useState } from 'preact/hooks';
import type { MailModel } from '../read-models/lists.js';
import { Badge, type Tone } from './badge.js';
import { dayAndTime } from './format.js';
import { useResource } from './hooks.js';
import { Nothing, ProblemNote, Waiting } from './notice.js';

const statusTones: Record<MailModel['status'], Tone> = { queued: 'info', sent: 'good', delivered: 'good', failed: 'critical', kept: 'quiet' };
const statusWords: Record<MailModel['status'], string> = { queued: 'on its way', sent: 'sent', delivered: 'delivered', failed: 'not delivered', kept: 'kept, no way out is set up' };

export function MailPanel({ version }: { readonly version: number }) {
  const { data, problem } = useResource<{ messages: MailModel[] }>('/api/outbox', version);
  const [open, setOpen] = useState<string | null>(null);
  if (problem && !data) return <ProblemNote problem={problem} />;
  if (!data) return <Waiting what="mail and SMS" />;
  if (data.messages.length === 0) return <Nothing>No mail and no SMS yet. They are written when something fails or when a person is asked.</Nothing>;
  return (
    <ul class="list">
      {data.messages.map((message) => (
        <li key={message.key}>
          <button type="button" class="row" aria-expanded={open === message.key} disabled={!message.readable} onClick={() => { setOpen(open === message.key ? null : message.key); }}>
            <span class="row-head"><strong>{message.surface === 'email' ? 'Mail' : 'SMS'}</strong> to {message.to}</span>
            <span class="facts"><Badge tone={statusTones[message.status]}>{statusWords[message.status]}</Badge><small>{message.about} · {dayAndTime(message.sentAt ?? message.createdAt)}{message.attempts > 1 ? ` · ${message.attempts} attempts` : ''}{message.readable ? '' : ' · for that person alone'}</small></span>
            {message.lastError === null ? null : <span class="facts">{message.lastError}</span>}
          </button>
          {open === message.key ? <MailBody of={message.key} /> : null}
        </li>
      ))}
    </ul>
  );
}

function MailBody({ of }: { readonly of: string }) {
  const query = `key=${encodeURIComponent(of)}`;
  const { data, problem } = useResource<{ subject: string; text: string; hasHtml: boolean }>(`/api/outbox/message?${query}`, 0);
  const [plain, setPlain] = useState(false);
  if (problem) return <ProblemNote problem={problem} />;
  if (!data) return <Waiting what="the message" />;
  return (
    <div class="block mail">
      {data.subject === '' ? null : <h4>{data.subject}</h4>}
      {data.hasHtml ? <p><button type="button" aria-pressed={plain} onClick={() => { setPlain(!plain); }}>{plain ? 'Show as HTML' : 'Show as plain text'}</button></p> : null}
      {data.hasHtml && !plain ? <iframe sandbox="" src={`/api/outbox/html?${query}`} title={`Mail: ${data.subject}`} /> : <pre tabIndex={0}>{data.text}</pre>}
    </div>
  );
}
