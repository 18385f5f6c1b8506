import type { Wanted } from '../ports/outbox.js';

/** One want per message, the highest version, at the place of its first mention: the order in which messages are sent. */
export function newestOfEach(rows: readonly Wanted[]): Wanted[] {
  const byKey = new Map<string, Wanted>();
  for (const row of rows) if (row.wanted >= (byKey.get(row.key)?.wanted ?? 0)) byKey.set(row.key, row);
  return [...byKey.values()];
}
