import type { ServerResponse } from 'node:http';
import { personOf, type Person } from '../core/estate.js';
import type { JournalEntry } from '../core/event.js';
import type { PersonName } from '../core/names.js';
import type { WebMessage } from '../ports/web-conversation.js';
import { createCursors } from './cursor.js';
import type { WebDeps } from './deps.js';
import { entryWords } from './entry-words.js';
import { seesConversation, seesEntry } from './read-models/visible.js';

/** Proxies and browsers drop a silent connection after 30 to 60 s. */
const keepAliveMs = 15_000;
/** Another node's messages are seen this late at most. */
const pollMs = 400;
const batch = 500;
/** A page that missed more than this loads everything anew instead. */
const catchUpMax = 2_000;
/** A browser that reads nothing any more is cut off; it resumes where it was. */
const unsentMax = 1_000_000;

interface Client { readonly response: ServerResponse; readonly person: PersonName; readonly session: string | null; seq: number; change: number; live: boolean }

export interface Streams {
  /** Answers with server-sent events until the client leaves. `lastEventId`: go on from there. */
  open(response: ServerResponse, acting: { readonly person: Person; readonly session: string | null }, lastEventId: string | undefined): Promise<void>;
  /** The session now belongs to somebody else, or ended. */
  closeSession(session: string): void;
  readonly size: number;
  stop(): void;
}

type StreamDeps = Pick<WebDeps, 'live' | 'journal' | 'conversations' | 'clock' | 'estateClock' | 'logger'> & { readonly personOfSession: (id: string) => Promise<PersonName | null> };

export function createStreams({ live, journal, conversations, clock, estateClock, logger, personOfSession }: StreamDeps): Streams {
  const cursors = createCursors();
  const clients = new Set<Client>();
  let lastSeq = live.current.seq;
  let lastChange = -1;

  const personNow = (client: Client): Person | undefined => (live.current.estate ? personOf(live.current.estate, client.person) : undefined);
  const close = (client: Client): void => { clients.delete(client); client.response.end(); };
  const write = (client: Client, text: string): void => {
    client.response.write(text);
    if (client.response.writableLength > unsentMax) { clients.delete(client); client.response.destroy(); }
  };
  const send = (client: Client, event: string, data: unknown): void => write(client, `id: ${cursors.seal(client)}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

  const sendEntries = (client: Client, entries: readonly JournalEntry[]): void => {
    const person = personNow(client);
    for (const entry of entries) {
      if (entry.seq <= client.seq) continue;
      client.seq = entry.seq;
      if (person && seesEntry(person, entry)) send(client, 'entry', { type: entry.event.type, run: 'run' in entry.event ? entry.event.run : null, tenant: entry.tenant, at: entry.at, says: entryWords(entry) });
    }
  };
  const sendMessages = (client: Client, messages: readonly WebMessage[]): void => {
    const person = personNow(client);
    for (const message of messages) {
      if (message.change <= client.change) continue;
      client.change = message.change;
      if (person && seesConversation(live.current, person, message.conversation)) send(client, 'message', message);
    }
  };

  /** Until nothing came in meanwhile: from then on the live feed takes over, so that nothing falls between the two. */
  const catchUp = async (client: Client): Promise<void> => {
    while (client.seq < lastSeq || client.change < lastChange || !client.live) {
      const [seqWanted, changeWanted] = [lastSeq, lastChange];
      sendEntries(client, await journal.read({ afterSeq: client.seq, limit: batch }));
      const messages = await conversations.changedAfter(client.change, batch);
      sendMessages(client, messages);
      // What this read was to find but did not is gone: nothing to wait for.
      if (messages.length === 0) client.change = Math.max(client.change, changeWanted);
      if (client.seq < seqWanted) continue;
      client.live = client.seq >= lastSeq && client.change >= lastChange && messages.length < batch;
    }
  };

  const pollMessages = async (): Promise<void> => {
    if (clients.size === 0) { lastChange = -1; return; }
    try {
      if (lastChange < 0) lastChange = Math.min(...[...clients].map((client) => client.change));
      const messages = await conversations.changedAfter(lastChange, batch);
      lastChange = messages.at(-1)?.change ?? lastChange;
      for (const client of clients) if (client.live) sendMessages(client, messages);
    } catch (error) {
      // The database is away: pages keep what they show, and the next poll reads on from the same place.
      logger.debug({ error: error instanceof Error ? error.message : String(error) }, 'the console\'s messages could not be read; trying again');
    }
  };
  const keepAlive = async (): Promise<void> => {
    for (const client of clients) {
      const holder = client.session === null ? client.person : await personOfSession(client.session).catch(() => client.person);
      if (holder !== client.person || !personNow(client)) close(client);
      else write(client, `event: clock\ndata: ${JSON.stringify({ ...estateClock(), wallNow: clock.now() })}\n\n`);
    }
  };

  const stopListening = live.onEntries((entries) => {
    lastSeq = entries.at(-1)?.seq ?? lastSeq;
    for (const client of clients) if (client.live) sendEntries(client, entries);
  });
  const stopPolling = clock.every(pollMs, pollMessages);
  const stopKeepAlive = clock.every(keepAliveMs, keepAlive);

  return {
    async open(response, { person, session }, lastEventId) {
      const head = { seq: live.current.seq, change: await conversations.head() };
      const known = lastEventId === undefined ? null : cursors.open(lastEventId);
      const resumes = known !== null && head.seq - known.seq <= catchUpMax && head.change - known.change <= catchUpMax;
      const client: Client = { response, person: person.name, session, ...(resumes ? known : head), live: false };
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' });
      response.write('retry: 2000\n\n');
      response.on('close', () => { clients.delete(client); });
      clients.add(client);
      send(client, 'hello', { resumed: resumes, person: person.name, clock: { ...estateClock(), wallNow: clock.now() } });
      try {
        await catchUp(client);
      } catch {
        // The browser comes back by itself with its last event id.
        close(client);
      }
    },
    closeSession(session) { for (const client of clients) if (client.session === session) close(client); },
    get size() { return clients.size; },
    stop() { stopListening(); stopPolling(); stopKeepAlive(); for (const client of clients) close(client); },
  };
}
