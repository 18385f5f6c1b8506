import type { Estate } from '../core/estate.js';
import { lint } from './lint/lint.js';
import { RunbookProblems } from './problem.js';
import { joinRunbooks, readRunbookFolder } from './read.js';
import type { Runbook } from './runbook.js';

/** All runbooks of a folder, or the list of everything wrong with them. @throws RunbookProblems */
export function loadRunbooks(folder: string, estate: Pick<Estate, 'actions'> | null = null): Runbook[] {
  const { files, problems } = readRunbookFolder(folder);
  const all = [...problems, ...lint(files, estate)];
  if (all.length > 0) throw new RunbookProblems(all);
  return joinRunbooks(files);
}
