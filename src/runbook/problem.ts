/** One thing that is wrong with a runbook: where, what, and what to do. `rule`: the linter's, null for its form. */
export interface RunbookProblem { readonly file: string; readonly line: number | null; readonly rule: string | null; readonly what: string; readonly remedy: string }

export const problemLine = ({ file, line, rule, what, remedy }: RunbookProblem): string => `${file}${line === null ? '' : `:${line}`}: ${what} ${remedy}${rule === null ? '' : ` (${rule})`}`;

export class RunbookProblems extends Error {
  override readonly name = 'RunbookProblems';
  constructor(readonly problems: readonly RunbookProblem[]) { super(problems.map(problemLine).join('\n')); }
}
