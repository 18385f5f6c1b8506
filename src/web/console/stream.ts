import type { WebMessage } from '../../ports/web-conversation.js';
import type { MeModel } from '../read-models/me.js';

export interface EntryNews { readonly type: string; readonly run: string | null; readonly tenant: string | null; readonly at: number; readonly says: string }

export interface StreamListener {
  /** `resumed: false`: what happened meanwhile was not sent, so load everything. */
  hello(news: { readonly resumed: boolean; readonly person: string; readonly clock: MeModel['clock'] }): void;
  entry(news: EntryNews): void;
  message(message: WebMessage): void;
  clock(clock: MeModel['clock']): void;
  connected(yes: boolean): void;
}

const retryMs = 2_500;

/** Keeps one event stream open and comes back by itself, from where it was. Returns how to stop. */
export function listen(listener: StreamListener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastId = '';
  let stopped = false;

  const open = (): void => {
    source = new EventSource(lastId === '' ? '/api/stream' : `/api/stream?after=${encodeURIComponent(lastId)}`);
    const on = (name: string, take: (data: never) => void): void => {
      source!.addEventListener(name, (event) => {
        const message = event as MessageEvent<string>;
        if (message.lastEventId !== '') lastId = message.lastEventId;
        take(JSON.parse(message.data) as never);
      });
    };
    on('hello', (news: Parameters<StreamListener['hello']>[0]) => { listener.connected(true); listener.hello(news); });
    on('entry', listener.entry);
    on('message', listener.message);
    on('clock', listener.clock);
    source.addEventListener('error', () => {
      if (stopped) return;
      listener.connected(false);
      // The browser's own retry gives up after an error answer; ours does not.
      source?.close();
      clearTimeout(timer);
      timer = setTimeout(open, retryMs);
    });
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
  };
}
