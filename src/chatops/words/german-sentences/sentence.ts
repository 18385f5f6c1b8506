/** A sentence of the desk and the same in German. `{id}` is a run, incident, silence or authority, `{names}` a list, `{roles}` what a gate asks for, `{text}` anything; the same placeholder stands on both sides. */
export type Sentence = readonly [english: string, german: string];

interface Compiled { readonly pattern: RegExp; readonly names: readonly string[]; readonly german: string }

/** What a placeholder fits, shortest first. */
const shapes: { readonly [name: string]: string } = { id: '[RILSO]-\\d+', n: '\\d+', name: '[^\\s,;:"\']+?', names: '[^.:;"]+?', roles: 'the role [\\w-]+|one of the roles [\\w, -]+', time: '[^".;]+?', state: 'it is [\\w-]+ now|it has succeeded|it ended with exceptions|it has failed|it was cancelled', matcher: '.+?', text: '.+?' };

const states: { readonly [english: string]: string } = { 'it has succeeded': 'er ist gelungen', 'it ended with exceptions': 'er endete mit Ausnahmen', 'it has failed': 'er ist gescheitert', 'it was cancelled': 'er wurde abgebrochen', 'it is running now': 'er läuft jetzt', 'it is granted now': 'er ist jetzt genehmigt', 'it is held now': 'er ist jetzt angehalten', 'it is parked now': 'er wartet jetzt auf Menschen', 'it is cancelling now': 'er wird jetzt abgebrochen', 'it is proposed now': 'er ist jetzt vorgeschlagen' };

/** What stands in a placeholder, in German; null: it holds words that nobody has translated. */
function filled(kind: string, value: string): string | null {
  switch (kind) {
    case 'names': return /^(?:nobody|nobody can|Nobody else)$/.test(value) ? (value === 'Nobody else' ? 'Niemand sonst' : 'niemand') : value.includes(' (') ? null : value.replace(/ and (?=[^,]+$)/, ' und ');
    case 'roles': return value.replace(/^the role /, 'die Rolle ').replace(/^one of the roles /, 'eine der Rollen ');
    case 'state': return states[value] ?? null;
    case 'matcher': return value.replace(/^every event/, 'jedes Ereignis').replace(/ of /, ' von ').replace(/, all but critical(?=,)/, ', alles außer kritisch').replace(/, critical(?=,)/, ', kritisch').replace(/, warning(?=,)/, ', Warnungen').replace(/, all tenants$/, ', alle Mandanten');
    default: return value;
  }
}

const kindOf = (placeholder: string): string => placeholder.replace(/\d$/, '');

function compile([english, german]: Sentence): Compiled {
  const names: string[] = [];
  const source = english.split(/(\{\w+\})/).map((part) => {
    const placeholder = /^\{(\w+)\}$/.exec(part)?.[1];
    if (placeholder === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    names.push(placeholder);
    return `(${shapes[kindOf(placeholder)]})`;
  }).join('');
  return { pattern: new RegExp(`${source}(?= |$)`, 'y'), names, german };
}

/** Longer is no answer of a sentence or a few. */
const charactersMax = 2_000;

/** Turns texts made of these sentences into German, all of it or nothing: null where one of them is not known. */
export function translator(sentences: readonly Sentence[]): (text: string) => string | null {
  const known = sentences.map(compile);
  function from(text: string, at: number): string[] | null {
    if (at >= text.length) return [];
    for (const { pattern, names, german } of known) {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (!found) continue;
      const end = at + found[0].length;
      const values = names.map((name, place) => filled(kindOf(name), found[place + 1]!));
      if (values.includes(null)) continue;
      const rest = from(text, text[end] === ' ' ? end + 1 : end);
      if (rest !== null) return [german.replace(/\{(\w+)\}/g, (whole, name: string) => values[names.indexOf(name)] ?? whole), ...rest];
    }
    return null;
  }
  return (text) => (text.length > charactersMax ? null : from(text, 0)?.join(' ') ?? null);
}
