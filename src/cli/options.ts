/** Options of the `lifeboat` command itself; all other words go to the desk as they are. */
export interface CliOptions { readonly words: readonly string[]; readonly json: boolean; readonly wait: boolean; readonly as: string | null; readonly problem: string | null }

export function readOptions(args: readonly string[]): CliOptions {
  const words: string[] = [];
  let json = false;
  let wait = false;
  let as: string | null = null;
  let problem: string | null = null;
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === '--json') json = true;
    else if (word === '--wait') wait = true;
    else if (word === '--as') { as = args[++at] ?? null; if (as === null) problem = '--as needs a name: --as ana'; }
    else if (word.startsWith('--as=')) as = word.slice(5);
    else if (word === '--help') words.push('-h');
    else if (/^--(?:surface|language|tenant|html)$/.test(word)) {
      const value = args[++at];
      if (value === undefined) problem = `${word} needs a value, such as ${word} ${word === '--surface' ? 'sms' : word === '--language' ? 'de' : word === '--html' ? 'mail.html' : 'cluster01'}`;
      else words.push(`${word.slice(2)}=${value}`);
    }
    else if (word.startsWith('--')) problem = `The option ${word} is not known. Known: --json, --wait, --as NAME (simulated estates only).`;
    else words.push(word);
  }
  return { words, json, wait, as, problem };
}

/** The shell took the quotes away; the desk's grammar needs them back. */
export const toLine = (words: readonly string[]): string => words.map((word) => {
  if (!/[\s"']/.test(word)) return word;
  const equals = /^[\w-]+=/.exec(word)?.[0] ?? '';
  const value = word.slice(equals.length);
  return `${equals}${value.includes('"') ? `'${value.replaceAll("'", '’')}'` : `"${value}"`}`;
}).join(' ');
