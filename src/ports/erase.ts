import type { Actor } from '../core/names.js';

export interface EraseRequest {
  /** The entry. */
  readonly seq: number;
  /** What is to go. null: all that somebody wrote in their own words. Never logged, never journalled. */
  readonly text: string | null;
  readonly reason: string;
  readonly by: Actor;
}

export type EraseAnswer =
  /** `record`: the entry that says so. `messages`: of the console, which lost it too. `others`: entries that still hold the text. `sent`: places outside where messages that may show it were posted. */
  | { readonly ok: true; readonly record: number; readonly places: number; readonly messages: number; readonly others: readonly number[]; readonly sent: readonly string[] }
  | { readonly ok: false; readonly code: 'no-such-entry' | 'not-erasable'; readonly what: string };

/** @throws JournalError 'conflict' when somebody else erased from the same entry meanwhile */
export type EraseFromJournal = (request: EraseRequest) => Promise<EraseAnswer>;
