/** What a failed query says about its outcome. */
export type QueryFate =
  /** The server refused or rolled back for a passing reason: nothing was written. */
  | 'not-now'
  /** The server refused what was asked: asking again is no use. */
  | 'refused'
  /** The answer was lost: it may have been committed. */
  | 'unknown';

/** SQLSTATE classes: connection, insufficient resources (53100 is the full disk), object in use, operator intervention, system error; deadlock and serialisation. */
const passing = /^(08|40|53|55|57|58)|^25006$/;

export function fateOf(error: unknown): QueryFate {
  const code = (error as { code?: unknown }).code;
  // Only the server speaks in SQLSTATEs; a socket's own codes (ECONNRESET, EPIPE) tell nothing about the statement.
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || /^E[A-Z]{4}$/.test(code)) return 'unknown';
  return passing.test(code) ? 'not-now' : 'refused';
}

/** For a person: what keeps the database from writing, and what to do. */
export function adviceOn(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === '53100') return 'The database\'s disk is full. Make space (df -h); Lifeboat goes on by itself.';
  if (code === '25006') return 'The database is read-only. Point DATABASE_URL at the primary.';
  return `The database can not be used right now (${message || code || 'no reason given'}). Lifeboat keeps trying; see its state with: lifeboat query system`;
}
