/** One mistake in a template file, at its place. */
export interface TemplateProblem { readonly file: string; readonly line: number; readonly column: number; readonly message: string }

export const problemLine = ({ file, line, column, message }: TemplateProblem): string => `${file}:${line}:${column}  ${message}`;

/** Everything that is wrong with the templates, at once: a start that fails five times for five typos costs a night. */
export class TemplateProblems extends Error {
  override readonly name = 'TemplateProblems';
  constructor(readonly problems: readonly TemplateProblem[]) {
    super(`${problems.length === 1 ? 'One problem' : `${problems.length} problems`} in the message templates; Lifeboat does not start with a message it could not render:\n${problems.map((problem) => `  ${problemLine(problem)}`).join('\n')}\nCorrect the files, then start again.`);
  }
}

/** ` Did you mean "held"?`, or nothing where no known name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const ranked = known.map((each) => ({ each, distance: editDistance(name.toLowerCase(), each.toLowerCase()) })).toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, Math.floor(name.length / 3)) ? ` Did you mean "${best.each}"?` : known.length === 0 ? '' : ` Known here: ${known.toSorted().join(', ')}.`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
