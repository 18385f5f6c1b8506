import type { JournalEntry } from '../core/event.js';
import type { Millis, TenantName } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import type { Cursors } from '../ports/cursors.js';
import type { Journal } from '../ports/journal.js';
import type { LiveState } from '../ports/state.js';
import { incidentCloudEvents, type IncidentCloudEvent, type IncidentFeed } from './incident-cloud-events.js';
import { createTail } from './tail.js';

/** Hands a batch to the receiver. `id` is the same for the same batch. @throws whatever says that it did not take it; `tooBig` asks for fewer at once */
export type PostBatch = (events: readonly IncidentCloudEvent[], id: string, signal: AbortSignal) => Promise<void>;
export class BatchTooBig extends Error { override readonly name = 'BatchTooBig'; }

export interface WebhookOutParts {
  readonly journal: Pick<Journal, 'read'>;
  readonly live: LiveState;
  readonly clock: Clock;
  readonly cursors: Cursors;
  readonly post: PostBatch;
  /** null: of all tenants. */
  readonly tenant: TenantName | null;
  readonly redact: (text: string) => string;
  readonly log: (message: string, detail: object) => void;
}

export interface WebhookOutStatus {
  /** Entries of the journal that this node has not handed on, as far as it is its turn. */
  readonly behind: number;
  /** Another node does it. */
  readonly elsewhere: boolean;
  /** Why the last try failed, and since when none succeeded; null while it works. */
  readonly failing: { readonly why: string; readonly since: Millis; readonly tries: number } | null;
  readonly sent: number;
}
export interface WebhookOut { status(): WebhookOutStatus; stop(): Promise<void> }

const reader = 'webhook';
const leaseMs: Millis = 15_000;
const renewMs: Millis = 5_000;
const entriesAtOnce = 1_000;
const waitMaxMs: Millis = 60_000;
const waitFirstMs: Millis = 500;

/**
 * Tells a receiver of every incident, in the journal's order, at least once, also over restarts: one request is on its way at a time, and what happens meanwhile goes together in the next.
 * A receiver that does not answer is asked again, with more and more time between; nothing is left out for its sake.
 */
export function startWebhookOut({ journal, live, clock, cursors, post, tenant, redact, log }: WebhookOutParts): WebhookOut {
  const stopping = new AbortController();
  let place: number | null = null;
  let before: JournalEntry | null = null;
  let heldUntil: Millis = 0;
  let failing: { why: string; since: Millis; tries: number } | null = null;
  let [sent, saved, size] = [0, -1, entriesAtOnce];
  let saving: Promise<void> | null = null;
  let working: Promise<void> | null = null;

  const feed = (): IncidentFeed => ({ source: `lifeboat/${live.current.estate?.name ?? ''}`, tenant, incident: (id) => live.current.incidents.get(id), redact });

  /** The place in the journal, while it is this node's turn. */
  async function turn(): Promise<number | null> {
    if (clock.now() < heldUntil) return place;
    const found = await cursors.hold(reader, leaseMs, live.current.seq);
    heldUntil = clock.now() + renewMs;
    // Nobody else moved it while we held it, and our own last move may still be on its way.
    if (found === null) place = null;
    else if (place === null || found > place) { place = found; saved = found; before = found > 0 ? (await journal.read({ afterSeq: found - 1, limit: 1 }))[0] ?? null : null; }
    return place;
  }

  /** A request need not wait for it: should it get lost, the receiver gets the same ids again. */
  function save(): void {
    if (saving !== null || place === null || place <= saved) return;
    const to = place;
    saving = cursors.moved(reader, to).then(() => { saved = to; }, (error: unknown) => { log('the place of the webhook could not be kept; what follows it may be sent twice', { cause: causeOf(error) }); }).finally(() => {
      saving = null;
      if (working !== null) save();
    });
  }

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      const after = await turn();
      if (after === null) return;
      const entries = await tail.after(after, size);
      const last = entries.at(-1);
      if (last === undefined) return;
      const events = incidentCloudEvents(entries, before, feed());
      if (events.length > 0 && !await handOver(events, entries.length)) continue;
      [place, before] = [last.seq, last];
      sent += events.length;
      if (events.length > 0) save();
    }
  }

  /** True: the receiver has them. */
  async function handOver(events: readonly IncidentCloudEvent[], entries: number): Promise<boolean> {
    try {
      await post(events, `${events[0]!.id}-${events.at(-1)!.id}`, stopping.signal);
      if (failing !== null) log('the receiver of the webhook takes events again', { after: failing.tries });
      failing = null;
      size = Math.min(entriesAtOnce, size * 2);
      return true;
    } catch (error) {
      if (stopping.signal.aborted) return false;
      if (error instanceof BatchTooBig && entries > 1) { size = Math.max(1, Math.floor(entries / 2)); return false; }
      const why = redact(causeOf(error));
      if (failing === null) log('the receiver of the webhook does not take events; they wait in the journal', { cause: why });
      failing = { why, since: failing?.since ?? clock.now(), tries: (failing?.tries ?? 0) + 1 };
      await clock.sleep(Math.min(waitMaxMs, waitFirstMs * 2 ** Math.min(10, failing.tries - 1)), stopping.signal).catch(() => undefined);
      return false;
    }
  }

  const pump = (): void => {
    if (working !== null || stopping.signal.aborted) return;
    working = work().catch((error: unknown) => { place = null; log('the webhook could not go on; the next try follows', { cause: causeOf(error) }); }).finally(() => {
      working = null;
      if (place !== null && tail.hasAfter(place)) pump();
    });
  };
  const tail = createTail(journal, live, pump);
  const ends = [() => { tail.stop(); }, clock.every(renewMs, () => { save(); pump(); })];
  pump();
  return {
    status: () => ({ behind: place === null ? 0 : Math.max(0, live.current.seq - place), elsewhere: place === null, failing, sent }),
    async stop() {
      for (const end of ends) end();
      stopping.abort();
      await working;
      await saving;
      if (place !== null && place > saved) await cursors.moved(reader, place).catch(() => undefined);
      await cursors.release(reader).catch(() => undefined);
    },
  };
}

const causeOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One line for people: how it stands. */
export function webhookWords({ behind, elsewhere, failing, sent }: WebhookOutStatus, now: Millis): string {
  if (elsewhere) return 'another node sends';
  if (failing !== null) return `waits since ${Math.round((now - failing.since) / 1_000)} s, ${behind} journal ${behind === 1 ? 'entry' : 'entries'} behind: ${failing.why}`;
  return `${behind === 0 ? 'up to date' : `${behind} journal ${behind === 1 ? 'entry' : 'entries'} behind`}, ${sent} sent since the start`;
}
