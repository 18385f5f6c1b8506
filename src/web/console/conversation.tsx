import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { redactText } from '../../core/redact.js';
import type { InboundReply } from '../../ports/channel.js';
import type { WebMessage } from '../../ports/web-conversation.js';
import type { ConversationPage } from '../routes/conversation.js';
import { act, ApiError, get, newDeliveryId } from './api.js';
import { CardView } from './card.js';
import { wallNow } from './clock.js';
import { Composer } from './composer.js';
import { clockTime, counted, dayAndTime } from './format.js';
import { Nothing, ProblemNote, Waiting } from './notice.js';

/** A command and its answer. They live in the page alone: answers are for the person who asked. */
export interface Exchange { readonly id: string; readonly line: string; readonly at: number; readonly reply: InboundReply | null; readonly problem: ApiError | null }

interface Props {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** The newest messages as they come in. */
  readonly news: readonly WebMessage[];
  /** Grows when everything must be loaded anew. */
  readonly epoch: number;
  readonly exchanges: readonly Exchange[];
  readonly onExchanges: (change: (old: readonly Exchange[]) => readonly Exchange[]) => void;
}

const meta = (message: WebMessage): string => (message.version > 1 ? `${dayAndTime(message.postedAt)}, updated ${clockTime(message.changedAt)}` : dayAndTime(message.postedAt));

export function Conversation({ id, title, about, news, epoch, exchanges, onExchanges }: Props) {
  const [page, setPage] = useState<ConversationPage | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const end = useRef<HTMLDivElement>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);

  useEffect(() => {
    let current = true;
    get<ConversationPage>(`/api/messages?conversation=${encodeURIComponent(id)}`).then(
      (loaded) => { if (current) { setPage(loaded); setProblem(null); } },
      (error: unknown) => { if (current && error instanceof ApiError) setProblem(error); },
    );
    return () => { current = false; };
  }, [id, epoch]);

  const own = news.filter((message) => message.conversation === id);
  const messages = merged(page?.messages ?? [], own.filter((message) => message.thread === null));
  const repliesOf = (key: string): number => (page?.replies[key] ?? 0) + own.filter((message) => message.thread === key && message.version === 1 && message.change > (page?.asOf ?? 0)).length;
  const items = [...messages.map((message) => ({ at: message.postedAt, message, exchange: null })), ...exchanges.map((exchange) => ({ at: exchange.at, message: null, exchange }))].toSorted((a, b) => a.at - b.at);

  // The reader who looks at older messages is left in peace.
  useLayoutEffect(() => { if (atEnd.current) end.current?.scrollIntoView({ block: 'end' }); }, [items.length, exchanges, page]);
  const watchEnd = (): void => { const box = scroll.current; if (box) atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 80; };

  const send = async (line: string): Promise<void> => {
    // A secret typed by mistake is refused by the desk; it must not stay on the screen or in the history either.
    const exchange: Exchange = { id: newDeliveryId(), line: redactText(line), at: wallNow(), reply: null, problem: null };
    const answered = (answer: Partial<Exchange>): void => { onExchanges((old) => old.map((each) => (each.id === exchange.id ? { ...each, ...answer } : each))); };
    atEnd.current = true;
    onExchanges((old) => [...old, exchange]);
    try {
      answered({ reply: await act<InboundReply>('/api/say', { conversation: id, text: line, deliveryId: exchange.id }) });
    } catch (error) {
      if (error instanceof ApiError) answered({ problem: error });
    }
  };

  return (
    <main class="conversation" id="conversation" aria-label={`Conversation ${title}`}>
      <header class="bar"><h2>{title}</h2><p>{about}</p></header>
      <div class="messages" ref={scroll} onScroll={watchEnd} role="log" aria-label="Messages" aria-live="polite" tabIndex={0}>
        {problem ? <ProblemNote problem={problem} /> : null}
        {page === null && !problem ? <Waiting what="the conversation" /> : null}
        {page !== null && items.length === 0 ? <Nothing>Nothing was said here yet. Type help below to see what you can ask.</Nothing> : null}
        {items.map(({ message, exchange }) => (message ? (
          <div class="entry" key={message.key}>
            <CardView card={message.card} conversation={id} meta={meta(message)} personal={id.startsWith('person:')} />
            <Story of={message.key} conversation={id} count={repliesOf(message.key)} news={own.filter((each) => each.thread === message.key)} />
          </div>
        ) : <ExchangeView key={exchange.id} exchange={exchange} conversation={id} />))}
        <div ref={end} />
      </div>
      <Composer onSend={(line) => { void send(line); }} history={exchanges.map((exchange) => exchange.line)} />
    </main>
  );
}

function ExchangeView({ exchange, conversation }: { readonly exchange: Exchange; readonly conversation: string }) {
  const { line, at, reply, problem } = exchange;
  return (
    <div class="entry exchange">
      <p class="said"><span class="visually-hidden">You typed </span><span aria-hidden="true">› </span><code>{line}</code> <span class="meta">{clockTime(at)}</span></p>
      {problem ? <ProblemNote problem={problem} /> : null}
      {reply?.card ? <CardView card={reply.card} conversation={conversation} meta="" personal /> : null}
      {reply && !reply.card ? <p class="notice">{reply.status === 0 ? '✓ Done. The conversation shows the result.' : '✕ Not done. The conversation shows why.'}</p> : null}
      {!reply && !problem ? <p class="quiet">Waiting for the answer …</p> : null}
    </div>
  );
}

/** The thread of a message: the story of a run, opened on demand. */
function Story({ of, conversation, count, news }: { readonly of: string; readonly conversation: string; readonly count: number; readonly news: readonly WebMessage[] }) {
  const [open, setOpen] = useState(false);
  const [loaded, setLoaded] = useState<readonly WebMessage[] | null>(null);
  useEffect(() => {
    if (!open) return undefined;
    let current = true;
    get<ConversationPage>(`/api/messages?conversation=${encodeURIComponent(conversation)}&thread=${encodeURIComponent(of)}`).then((page) => { if (current) setLoaded(page.messages); }, () => { if (current) setLoaded([]); });
    return () => { current = false; };
  }, [open, of, conversation]);
  if (count === 0) return null;
  return (
    <details class="story" onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary>Story: {counted(count, 'message')}</summary>
      {loaded === null ? <Waiting what="the story" /> : (
        <ol>{merged(loaded, news).map((message) => <li key={message.key}><CardView card={message.card} conversation={conversation} meta={meta(message)} personal={false} /></li>)}</ol>
      )}
    </details>
  );
}

/** Both lists in order of posting, each message in its newest version. */
function merged(older: readonly WebMessage[], newer: readonly WebMessage[]): WebMessage[] {
  const byKey = new Map<string, WebMessage>();
  for (const message of [...older, ...newer]) if ((byKey.get(message.key)?.change ?? -1) < message.change) byKey.set(message.key, message);
  return [...byKey.values()].toSorted((a, b) => a.postedAt - b.postedAt || (a.key < b.key ? -1 : 1));
}
