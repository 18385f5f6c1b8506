import type { Millis, Surface } from '../core/names.js';
import type { MessageRef } from '../ports/channel.js';
import type { Clock } from '../ports/clock.js';
import { conversationOf, type Copy, type Outbox, type OutboxRow, type Wanted } from '../ports/outbox.js';
import { newestOfEach } from './outbox-wants.js';

type Stored = { -readonly [Field in keyof Omit<OutboxRow, 'threadRef'>]: OutboxRow[Field] } & { nextTryAt: Millis; leaseUntil: Millis; settleAt: Millis; fellOver: boolean; holdsThread: boolean; earlyFailure: string | null };

const listLimit = 200;

/** The outbox without a database, for simulation and tests. */
export function createMemoryOutbox(clock: Clock): Outbox {
  const rows = new Map<string, Stored>();
  const cursors = new Map<string, number>();
  const pausedUntil = new Map<string, Millis>();
  const copies = new Map<string, Copy & { nextTryAt: Millis }>();
  const parentPosted = (key: string | null): boolean => key === null || (rows.get(key)?.ref ?? null) !== null || rows.get(key)?.status === 'kept';
  const shown = ({ nextTryAt: _nextTryAt, leaseUntil: _leaseUntil, settleAt: _settleAt, fellOver: _fellOver, holdsThread: _holdsThread, earlyFailure: _earlyFailure, ...row }: Stored): OutboxRow => ({ ...row, threadRef: row.threadKey === null ? null : rows.get(row.threadKey)?.ref ?? null });
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
  const add = (want: Wanted): void => { rows.set(want.key, { ...want, shown: 0, ref: null, status: 'queued', attempts: 0, lastError: null, createdAt: clock.now(), sentAt: null, provable: false, deliveredAt: null, fellOverTo: null, earlyFailure: null, nextTryAt: 0, leaseUntil: 0, settleAt: 0, fellOver: false, holdsThread: false }); };
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
          Object.assign(row, { wanted: want.wanted, urgent: want.urgent, subject: { ...row.subject, seq: want.subject.seq }, status: 'queued' });
        }
      }
      cursors.set(consumer, to);
      return true;
    },
    async claim(surface, limit, leaseMs) {
      const now = clock.now();
      const claimed = [...rows.values()].filter((row) => row.surface === surface && due(row, now)).toSorted((a, b) => Number(b.urgent ?? false) - Number(a.urgent ?? false)).slice(0, limit);
      for (const row of claimed) Object.assign(row, { leaseUntil: now + leaseMs, earlyFailure: null });
      return claimed.map(shown);
    },
    async sent(key, version, ref, pauseMs = 0, provable = false) {
      const row = rows.get(key);
      if (!row) return;
      row.provable ||= provable;
      const { earlyFailure } = row;
      row.earlyFailure = null;
      if (earlyFailure !== null && row.deliveredAt === null) {
        Object.assign(row, { status: 'failed', shown: 0, ref: null, attempts: 0, lastError: earlyFailure, leaseUntil: 0, nextTryAt: 0, sentAt: clock.now(), holdsThread: false });
        return;
      }
      if (row.ref !== null && isAnother(row.ref, ref)) {
        addCopy(row, ref);
        Object.assign(row, { leaseUntil: 0, nextTryAt: 0, holdsThread: false, ...(row.editable ? { shown: 0, status: 'queued' } : { shown: row.wanted, status: row.deliveredAt === null ? 'sent' : 'delivered', sentAt: clock.now() }) });
        return;
      }
      const now = clock.now();
      const settleAt = settles(row, now) ? 0 : row.settleAt;
      const more = row.editable && (row.wanted > version || settleAt > 0);
      Object.assign(row, { shown: row.editable ? Math.max(row.shown, version) : row.wanted, ref, attempts: 0, lastError: null, leaseUntil: 0, nextTryAt: now + pauseMs, sentAt: now, settleAt, holdsThread: false, status: row.deliveredAt !== null ? 'delivered' : more ? 'queued' : 'sent' });
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
    async receipt({ surface, of, became, why }) {
      const row = 'key' in of ? rows.get(of.key) : [...rows.values()].find((each) => each.surface === surface && each.ref?.message === of.message);
      if (!row || row.surface !== surface || row.editable || row.deliveredAt !== null) return false;
      const now = clock.now();
      if (became === 'delivered') Object.assign(row, { status: 'delivered', deliveredAt: now, sentAt: row.sentAt ?? now, shown: row.wanted, attempts: 0, lastError: null, earlyFailure: null, settleAt: 0, leaseUntil: 0, holdsThread: false });
      else if (row.status === 'sent') Object.assign(row, { status: 'failed', shown: 0, ref: null, lastError: why, earlyFailure: null });
      else if (row.status === 'queued' && row.leaseUntil > now && row.earlyFailure === null) row.earlyFailure = why;
      else return false;
      return true;
    },
    async overdue(afterMs, limit, proofMs) {
      const now = clock.now();
      const unheard = (row: Stored): boolean => row.shown === 0 && (row.status === 'failed' || (row.status === 'queued' && row.createdAt <= now - afterMs));
      const unproven = (row: Stored): boolean => proofMs !== undefined && lacksProof(row, now - proofMs);
      const late = [...rows.values()].filter((row) => !row.fellOver && row.target.kind === 'person' && (unheard(row) || unproven(row)));
      return late.slice(0, limit).map(shown);
    },
    async fallOver(key, to) {
      const row = rows.get(key);
      if (!row || row.fellOver) return;
      Object.assign(row, { fellOver: true, fellOverTo: to?.key ?? null });
      if (to !== null && !rows.has(to.key)) add(to);
    },
    async again(key) {
      const row = rows.get(key);
      if (row?.status !== 'failed') return false;
      Object.assign(row, { status: 'queued', attempts: 0, nextTryAt: 0, leaseUntil: 0, fellOver: false, fellOverTo: null });
      return true;
    },
    list: async ({ surface, status, limit, unprovenMs, fellOver, about, receiptsWithinMs }) =>
      [...rows.values()].toReversed().filter((row) => (surface === undefined || row.surface === surface) && (status === undefined || row.status === status) && (unprovenMs === undefined || lacksProof(row, clock.now() - unprovenMs)) && (!fellOver || row.fellOverTo !== null)
        && (about === undefined || (row.subject.view === about.view && row.subject.id === about.id)) && (receiptsWithinMs === undefined || (row.provable && Math.max(row.sentAt ?? 0, row.deliveredAt ?? 0) > clock.now() - receiptsWithinMs))).slice(0, limit ?? listLimit).map(shown),
  };
}

const lacksProof = ({ provable, deliveredAt, status, sentAt }: Stored, since: Millis): boolean => provable && deliveredAt === null && status === 'sent' && sentAt !== null && sentAt <= since;
const place = (surface: Surface, conversation: string): string => `${surface}/${conversation}`;
const addressOf = ({ surface, conversation, message }: MessageRef): string => `${place(surface, conversation)}/${message}`;
const isAnother = (known: MessageRef, heard: MessageRef): boolean => known.message !== '' && known.message !== heard.message;
