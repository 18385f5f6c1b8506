import type { Millis, Surface } from '../core/names.js';
import type { MessageRef } from '../ports/channel.js';
import type { Clock } from '../ports/clock.js';
import { conversationOf, type Copy, type Outbox, type OutboxRow, type Wanted } from '../ports/outbox.js';
import { newestOfEach } from './outbox-wants.js';

type Stored = { -readonly [Field in keyof Omit<OutboxRow, 'threadRef'>]: OutboxRow[Field] } & { nextTryAt: Millis; leaseUntil: Millis; settleAt: Millis; fellOver: boolean; holdsThread: boolean };

const listLimit = 200;

/** The outbox without a database, for simulation and tests. */
export function createMemoryOutbox(clock: Clock): Outbox {
  const rows = new Map<string, Stored>();
  const cursors = new Map<string, number>();
  const pausedUntil = new Map<string, Millis>();
  const copies = new Map<string, Copy & { nextTryAt: Millis }>();
  const parentPosted = (key: string | null): boolean => key === null || (rows.get(key)?.ref ?? null) !== null || rows.get(key)?.status === 'kept';
  const shown = ({ nextTryAt: _nextTryAt, leaseUntil: _leaseUntil, settleAt: _settleAt, fellOver: _fellOver, holdsThread: _holdsThread, ...row }: Stored): OutboxRow => ({ ...row, threadRef: row.threadKey === null ? null : rows.get(row.threadKey)?.ref ?? null });
  const due = (row: Stored, now: Millis): boolean => row.status === 'queued' && (row.wanted > row.shown || settles(row, now)) && row.nextTryAt <= now && row.leaseUntil <= now && parentPosted(row.threadKey) && !heldUp(row, now) && !rests(row.surface, conversationOf(row.target), now);
  const heldUp = ({ key, threadKey }: Stored, now: Millis): boolean => {
    if (threadKey === null) return false;
    for (const earlier of rows.values()) {
      if (earlier.key === key) return false;
      if (earlier.threadKey === threadKey && earlier.holdsThread && earlier.status === 'queued' && Math.max(earlier.nextTryAt, earlier.leaseUntil) > now) return true;
    }
    return false;
  };
  const settles = ({ settleAt }: Stored, now: Millis): boolean => settleAt > 0 && settleAt <= now;
  const add = (want: Wanted): void => { rows.set(want.key, { ...want, shown: 0, ref: null, status: 'queued', attempts: 0, lastError: null, createdAt: clock.now(), sentAt: null, nextTryAt: 0, leaseUntil: 0, settleAt: 0, fellOver: false, holdsThread: false }); };
  const addCopy = ({ key, target }: Stored, ref: MessageRef): void => { if (!copies.has(addressOf(ref))) copies.set(addressOf(ref), { key, ref, conversation: conversationOf(target), attempts: 0, nextTryAt: 0 }); };
  const rests = (surface: Surface, conversation: string, now: Millis): boolean => (pausedUntil.get(place(surface, conversation)) ?? 0) > now;

  return {
    cursor: async (consumer) => cursors.get(consumer) ?? 0,
    async want(wants, { consumer, from, to }) {
      if ((cursors.get(consumer) ?? 0) !== from) return false;
      for (const want of newestOfEach(wants)) {
        const row = rows.get(want.key);
        if (!row) add(want);
        else if (want.wanted > row.wanted && (row.editable || row.shown === 0)) {
          if (row.status === 'failed') Object.assign(row, { attempts: 0, nextTryAt: 0 });
          Object.assign(row, { wanted: want.wanted, subject: { ...row.subject, seq: want.subject.seq }, status: 'queued' });
        }
      }
      cursors.set(consumer, to);
      return true;
    },
    async claim(surface, limit, leaseMs) {
      const now = clock.now();
      const claimed = [...rows.values()].filter((row) => row.surface === surface && due(row, now)).slice(0, limit);
      for (const row of claimed) row.leaseUntil = now + leaseMs;
      return claimed.map(shown);
    },
    async sent(key, version, ref, pauseMs = 0) {
      const row = rows.get(key);
      if (!row) return;
      if (row.ref !== null && isAnother(row.ref, ref)) {
        addCopy(row, ref);
        Object.assign(row, { leaseUntil: 0, nextTryAt: 0, holdsThread: false, ...(row.editable ? { shown: 0, status: 'queued' } : { shown: row.wanted, status: 'sent', sentAt: clock.now() }) });
        return;
      }
      const now = clock.now();
      const settleAt = settles(row, now) ? 0 : row.settleAt;
      const more = row.editable && (row.wanted > version || settleAt > 0);
      Object.assign(row, { shown: row.editable ? Math.max(row.shown, version) : row.wanted, ref, attempts: 0, lastError: null, leaseUntil: 0, nextTryAt: now + pauseMs, sentAt: now, settleAt, holdsThread: false, status: more ? 'queued' : 'sent' });
    },
    async failed(key, why, retryInMs, { forgetRef = false, settleInMs = 0, holdsThread = false } = {}) {
      const row = rows.get(key);
      if (!row || (row.shown >= row.wanted && row.settleAt === 0)) return;
      const now = clock.now();
      Object.assign(row, { status: retryInMs === null ? 'failed' : 'queued', attempts: row.attempts + 1, lastError: why, leaseUntil: 0, nextTryAt: now + (retryInMs ?? 0), holdsThread, ...(settleInMs > 0 ? { settleAt: now + settleInMs } : {}), ...(forgetRef ? { ref: null, shown: 0, settleAt: 0 } : {}) });
    },
    async pause(surface, conversation, ms) {
      const key = place(surface, conversation);
      pausedUntil.set(key, Math.max(pausedUntil.get(key) ?? 0, clock.now() + ms));
    },
    async release(key) {
      const row = rows.get(key);
      if (row) row.leaseUntil = 0;
    },
    async kept(key, version) {
      const row = rows.get(key);
      if (!row) return;
      Object.assign(row, { shown: row.editable ? Math.max(row.shown, version) : row.wanted, leaseUntil: 0, status: row.editable && row.wanted > version ? 'queued' : 'kept' });
    },
    async seen(key, ref) {
      const row = rows.get(key);
      if (!row) return;
      if (row.ref !== null) {
        if (isAnother(row.ref, ref)) addCopy(row, ref);
      } else {
        copies.delete(addressOf(ref));
        row.ref = ref;
      }
    },
    async copies(surface, limit, leaseMs) {
      const now = clock.now();
      const due = [...copies.values()].filter((copy) => copy.ref.surface === surface && copy.nextTryAt <= now && !rests(surface, copy.conversation, now)).slice(0, limit);
      for (const copy of due) copy.nextTryAt = now + leaseMs;
      return due.map(({ nextTryAt: _nextTryAt, ...copy }) => copy);
    },
    async copyDone(ref, retryInMs) {
      const copy = copies.get(addressOf(ref));
      if (!copy) return;
      if (retryInMs === undefined) copies.delete(addressOf(ref));
      else copies.set(addressOf(ref), { ...copy, attempts: copy.attempts + 1, nextTryAt: clock.now() + retryInMs });
    },
    async overdue(afterMs, limit) {
      const late = [...rows.values()].filter((row) => !row.fellOver && row.shown === 0 && row.target.kind === 'person' && (row.status === 'failed' || (row.status === 'queued' && row.createdAt <= clock.now() - afterMs)));
      return late.slice(0, limit).map(shown);
    },
    async fallOver(key, to) {
      const row = rows.get(key);
      if (!row || row.fellOver) return;
      row.fellOver = true;
      if (to !== null && !rows.has(to.key)) add(to);
    },
    async again(key) {
      const row = rows.get(key);
      if (row?.status !== 'failed') return false;
      Object.assign(row, { status: 'queued', attempts: 0, nextTryAt: 0, leaseUntil: 0 });
      return true;
    },
    list: async ({ surface, status, limit }) =>
      [...rows.values()].toReversed().filter((row) => (surface === undefined || row.surface === surface) && (status === undefined || row.status === status)).slice(0, limit ?? listLimit).map(shown),
  };
}

const place = (surface: Surface, conversation: string): string => `${surface}/${conversation}`;
const addressOf = ({ surface, conversation, message }: MessageRef): string => `${place(surface, conversation)}/${message}`;
const isAnother = (known: MessageRef, heard: MessageRef): boolean => known.message !== '' && known.message !== heard.message;
