import { useState } from 'preact/hooks';
import type { Card, CardAction, InboundReply } from '../../ports/channel.js';
import { act, ApiError, newDeliveryId } from './api.js';
import { Badge, type Tone } from './badge.js';
import { ConfirmDialog } from './confirm.js';
import { Markup } from './markup.js';
import { ProblemNote } from './notice.js';

const toneWords: Record<Exclude<Card['tone'], 'info'>, string> = { good: 'Done', warning: 'Attention', critical: 'Critical', drill: 'Drill' };

interface Props { readonly card: Card; readonly conversation: string; readonly meta: string; /** The person alone sees it. */ readonly personal: boolean }
type Answer = { readonly reply: InboundReply } | { readonly problem: ApiError };

/** A message with its buttons. Every click gets an answer below the card, also the late and the refused one. */
export function CardView({ card, conversation, meta, personal }: Props) {
  const [asking, setAsking] = useState<CardAction | null>(null);
  const [sending, setSending] = useState<string | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);

  const press = async (action: CardAction): Promise<void> => {
    setSending(action.id);
    setAnswer(null);
    try {
      setAnswer({ reply: await act<InboundReply>('/api/press', { conversation, button: action.id, deliveryId: newDeliveryId() }) });
    } catch (error) {
      if (error instanceof ApiError) setAnswer({ problem: error });
    } finally {
      setSending(null);
    }
  };
  const click = (action: CardAction): void => {
    if (sending !== null) return;
    if (action.confirm) setAsking(action);
    else void press(action);
  };

  return (
    <article class={`card ${card.tone}`} aria-label={card.heading}>
      <header>
        {card.tone === 'info' ? null : <Badge tone={card.tone satisfies Tone}>{toneWords[card.tone]}</Badge>}
        {card.heading === '' ? null : <h3>{card.heading}</h3>}
        <span class="meta">{personal ? <span class="personal"><span aria-hidden="true">◐ </span>Only you see this</span> : null} {meta}</span>
      </header>
      <Markup html={card.body} />
      {card.actions.length === 0 ? null : (
        <div class="actions" role="group" aria-label={`Actions: ${card.heading}`}>
          {card.actions.map((action) => (
            <button key={action.id} type="button" class={`${action.style} ${action.verb}`} aria-disabled={sending !== null} onClick={() => { click(action); }}>
              {sending === action.id ? `${action.label} … sending` : action.label}
            </button>
          ))}
        </div>
      )}
      <div aria-live="polite">{answer === null ? null : <AnswerView answer={answer} conversation={conversation} />}</div>
      {asking?.confirm ? (
        <ConfirmDialog title={asking.confirm.title} accept={asking.confirm.accept} deny={asking.confirm.deny} danger={asking.style === 'danger'}
          onClose={(accepted) => { setAsking(null); if (accepted) void press(asking); }}>
          <p>{asking.confirm.text}</p>
        </ConfirmDialog>
      ) : null}
    </article>
  );
}

function AnswerView({ answer, conversation }: { readonly answer: Answer; readonly conversation: string }) {
  if ('problem' in answer) return <ProblemNote problem={answer.problem} />;
  const { card, status } = answer.reply;
  if (card) return <CardView card={card} conversation={conversation} meta="" personal />;
  return <p class="notice">{status === 0 ? '✓ Recorded. The message itself shows what it changed.' : '✕ Not done. The message itself shows why.'}</p>;
}
