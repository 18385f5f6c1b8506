import { describe, expect, test } from '@jest/globals';
import { eventCatalogue } from '../../src/core/event-catalogue/catalogue.js';
import { inGerman } from '../../src/core/event-catalogue/german.js';
import { reactionAbout } from '../../src/core/event-catalogue/reaction.js';

const about = { id: 'I-7', entity: 'billing', site: 'customerA' };

describe('what to do, with names', () => {
  test.each([
    ['otherwise: restart vm NAME.', 'otherwise: restart vm billing.'],
    ['add override on_call=NAME person=NAME for=12h', 'add override on_call=billing person=NAME for=12h'],
    ['query on_call NAME shows it', 'query on_call billing shows it'],
    ['cleanup site NAME powers it off', 'cleanup site customerA powers it off'],
    ['why I-NUMBER says it', 'why I-7 says it'],
    ['why I-NUMMER sagt es', 'why I-7 sagt es'],
  ])('%s', (reaction, words) => { expect(reactionAbout(reaction, about)).toBe(words); });
  test('a name with a blank is quoted, and one with a dollar sign stays as it is', () => {
    expect(reactionAbout('restart vm NAME', { ...about, entity: 'my vm' })).toBe('restart vm "my vm"');
    expect(reactionAbout('restart vm NAME', { ...about, entity: '$&' })).toBe('restart vm $&');
  });
  test('without a site the place stays open', () => expect(reactionAbout('resync site NAME', { ...about, site: null })).toBe('resync site NAME'));
  test('no reaction of the catalogue keeps a placeholder, in either language, but for a person', () => {
    const all = eventCatalogue.flatMap(({ reaction }) => (reaction === null ? [] : [reaction, inGerman(reaction)!]));
    expect(all.map((each) => reactionAbout(each, about)).filter((each) => /\bNAME\b|NUMMER|NUMBER/.test(each.replaceAll('person=NAME', '')))).toEqual([]);
  });
});
