/** One thing wrong in a file that people write: what, where, what to do. */
export interface Problem {
  readonly file: string;
  /** From 1; null when the whole file is meant. */
  readonly line: number | null;
  readonly at: string;
  readonly what: string;
  readonly remedy: string;
}

export const problemText = ({ file, line, at, what, remedy }: Problem): string => `${file}${line === null ? '' : `:${line}`}${at === '' ? '' : ` (${at})`}: ${what} ${remedy}`;

/** All problems at once; nothing starts with half an estate. */
export class ConfigProblems extends Error {
  override readonly name = 'ConfigProblems';
  constructor(readonly problems: readonly Problem[]) { super(problems.map(problemText).join('\n')); }
}
