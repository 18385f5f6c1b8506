import type { Millis } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import type { Outbox, OutboxRow } from '../ports/outbox.js';
import { newestOfEach } from './outbox-wants.js';

type Stored = { -readonly [Field in keyof Omit<OutboxRow, 'threadRef'>]: OutboxRow[Field] } & { nextTryAt: Millis; leaseUntil: Millis };

const listLimit = 200;

/** The outbox without a database, for simulation and tests. */
export function createMemoryOutbox(clock: Clock): Outbox {
  const rows = new Map<string, Stored>();
  const cursors = new Map<string, number>();
  const parentPosted = (key: string | null): boolean => key === null || (rows.get(key)?.ref ?? null) !== null || rows.get(key)?.status === 'kept';
  const shown = ({ nextTryAt: _nextTryAt, leaseUntil: _leaseUntil, ...row }: Stored): OutboxRow => ({ ...row, threadRef: row.threadKey === null ? null : rows.get(row.threadKey)?.ref ?? null });
  const due = (row: Stored, now: Millis): boolean => row.status === 'queued' && row.wanted > row.shown && row.nextTryAt <= now && row.leaseUntil <= now && parentPosted(row.threadKey);

  return {
    cursor: async (consumer) => cursors.get(consumer) ?? 0,
    async want(wants, { consumer, from, to }) {
      if ((cursors.get(consumer) ?? 0) !== from) return false;
      for (const want of newestOfEach(wants)) {
        const row = rows.get(want.key);
        if (!row) rows.set(want.key, { ...want, shown: 0, ref: null, status: 'queued', attempts: 0, lastError: null, createdAt: clock.now(), sentAt: null, nextTryAt: 0, leaseUntil: 0 });
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
      const more = row.editable && row.wanted > version;
      Object.assign(row, { shown: row.editable ? Math.max(row.shown, version) : row.wanted, ref, attempts: 0, lastError: null, leaseUntil: 0, nextTryAt: clock.now() + pauseMs, sentAt: clock.now(), status: more ? 'queued' : 'sent' });
    },
    async failed(key, why, retryInMs, forgetRef = false) {
      const row = rows.get(key);
      if (!row || row.shown >= row.wanted) return;
      Object.assign(row, { status: retryInMs === null ? 'failed' : 'queued', attempts: row.attempts + 1, lastError: why, leaseUntil: 0, nextTryAt: clock.now() + (retryInMs ?? 0), ...(forgetRef ? { ref: null, shown: 0 } : {}) });
    },
    async kept(key, version) {
      const row = rows.get(key);
      if (!row) return;
      Object.assign(row, { shown: row.editable ? Math.max(row.shown, version) : row.wanted, leaseUntil: 0, status: row.editable && row.wanted > version ? 'queued' : 'kept' });
    },
    list: async ({ surface, status, limit }) =>
      [...rows.values()].toReversed().filter((row) => (surface === undefined || row.surface === surface) && (status === undefined || row.status === status)).slice(0, limit ?? listLimit).map(shown),
  };
}
