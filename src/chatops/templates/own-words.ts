import type { TemplateName } from './file-name.js';
import type { TemplateProblem } from './problem.js';

/** Carriers take these for an order about the whole number when somebody answers with one (reference/platform-limits.md): no text message may ask for that. */
const reserved = /\b(?:STOP|STOPALL|UNSUBSCRIBE|CANCEL|END|QUIT|START|YES|UNSTOP|STOPP|ENDE)\b/i;
const everybody = /<!(?:channel|here|everyone)\b[^>]*>|@(?:channel|here|everyone)\b/i;
const tag = /<\/?([a-z][a-z0-9]*)\b[^>]*>?/gi;
const allowedTags = ['strong', 'code', 'br', 'ul', 'ol', 'li'];

/** What a template for one surface says by itself, unescaped, and what that surface would make of it. */
export function ownWordsProblems(file: string, ast: hbs.AST.Program, { surface, part }: TemplateName): TemplateProblem[] {
  if (part !== 'body' || surface === null) return [];
  const problems: TemplateProblem[] = [];
  for (const { text, line } of wordsIn(ast)) {
    const say = (message: string): void => { problems.push({ file, line, column: 1, message }); };
    if (surface === 'sms') {
      const word = reserved.exec(text)?.[0];
      if (word) say(`Who answers a text message with "${word}" is cut off from all of them, or thinks so: use another word, such as hold or reject.`);
    } else if (surface === 'slack') {
      const call = everybody.exec(text)?.[0];
      if (call) say(`"${call}" would call everybody in the channel with each edit: leave it out.`);
    } else if (surface === 'web' || surface === 'email') {
      for (const [whole, name = ''] of text.matchAll(tag)) if (!allowedTags.includes(name.toLowerCase()) || /\s/.test(whole.trim())) say(`"${whole}" is not shown: use ${allowedTags.join(', ')}, without attributes.`);
    }
  }
  return problems;
}

function* wordsIn(program: hbs.AST.Program | undefined): Generator<{ readonly text: string; readonly line: number }> {
  for (const statement of program?.body ?? []) {
    if (statement.type === 'ContentStatement') {
      const { value, loc } = statement as hbs.AST.ContentStatement;
      for (const [index, text] of value.split('\n').entries()) yield { text, line: loc.start.line + index };
    } else if (statement.type === 'BlockStatement') {
      const block = statement as hbs.AST.BlockStatement;
      yield* wordsIn(block.program);
      yield* wordsIn(block.inverse);
    }
  }
}
