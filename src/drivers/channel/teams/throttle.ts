import type { Millis } from '../../../core/names.js';

/** What one bot may send into one conversation (reference/platform-limits.md). */
const limits: readonly { readonly count: number; readonly withinMs: Millis }[] = [
  { count: 7, withinMs: 1_000 }, { count: 8, withinMs: 2_000 }, { count: 60, withinMs: 30_000 }, { count: 1_800, withinMs: 3_600_000 },
];
const longestMs = 3_600_000;
const conversationsKept = 5_000;

/** Counts what goes into each conversation, so that Teams has no reason to refuse: a refusal slows the whole bot down. */
export function createThrottle(now: () => Millis): (conversation: string) => Millis {
  const sent = new Map<string, Millis[]>();
  /** @returns 0 and counts the message, or how long to wait. */
  return (conversation) => {
    const at = now();
    const times = (sent.get(conversation) ?? []).filter((each) => at - each < longestMs);
    const waitMs = Math.max(0, ...limits.map(({ count, withinMs }) => (times.length < count ? 0 : times.at(-count)! + withinMs - at)));
    if (waitMs > 0) return waitMs;
    sent.delete(conversation);
    sent.set(conversation, [...times, at]);
    for (const oldest of sent.keys()) { if (sent.size <= conversationsKept) break; sent.delete(oldest); }
    return 0;
  };
}
