import { describe, expect, test } from '@jest/globals';
import { eraseText, eraseWords } from '../../src/core/erase.js';
import type { JournalEvent } from '../../src/core/event.js';

const note = (text: string, data: Extract<JournalEvent, { type: 'note' }>['data'] = null): JournalEvent => ({ type: 'note', about: 'test', text, data });

describe('erasing a text from an event', () => {
  test('takes every occurrence and leaves the rest', () => {
    expect(eraseText(note('login hunter2x and hunter2x', { tried: ['hunter2x', 'other'] }), 'hunter2x', ['payroll'])).toEqual({
      ok: true, places: 2, texts: ['hunter2x'], event: note('login [erased] and [erased]', { tried: ['[erased]', 'other'] }),
    });
  });

  test.each<[string, JournalEvent, string, RegExp]>([
    ['a text that is not there', note('hello there'), 'hunter2x', /does not occur/],
    ['a text too short to be told from words', note('abcde'), 'abcde', /fewer than 6/],
    ['a name of the estate', note('payroll01 is down'), 'payroll01', /name of the estate/],
    ['part of a name', note('payroll01 is down'), 'ayroll', /name of the estate/],
    ['the outcome of a step', { type: 'run.finished', run: 'R-1', outcome: 'succeeded', tally: 'all', exceptions: [], vms: [] }, 'succeeded', /what it belongs to \(outcome\)/],
    ['the name of a field', note('x', { hunter2x: 1 }), 'hunter2x', /name of a field/],
    ['the record of an erasure', { type: 'journal.erased', seq: 1, remains: 'x', places: 1, whole: false, reason: 'hunter2x', of: { run: null, incident: null } }, 'hunter2x', /record about the journal/],
  ])('refuses %s, without repeating the text', (_title, event, text, why) => {
    const answer = eraseText(event, text, ['payroll01']);
    expect(answer).toMatchObject({ ok: false, why: expect.stringMatching(why) });
    expect(JSON.stringify(answer)).not.toContain(`'${text}'`);
  });
});

describe('erasing all words of an event', () => {
  test('leaves what happened and to what', () => {
    expect(eraseWords({ type: 'run.held', run: 'R-1', by: { kind: 'person', person: 'ana', surface: 'web' }, reason: 'password is hunter2x' })).toMatchObject({
      ok: true, places: 1, texts: ['password is hunter2x'], event: { type: 'run.held', run: 'R-1', by: { person: 'ana' }, reason: '[erased]' },
    });
    expect(eraseWords(note('one', { deep: { er: 'three' }, number: 4 }))).toMatchObject({ ok: true, event: note('[erased]', { deep: { er: '[erased]' }, number: 4 }) });
  });

  test('is refused for what the state is read from', () => {
    expect(eraseWords({ type: 'person.linked', person: 'ana', surface: 'slack', identity: 'U1' })).toMatchObject({ ok: false, why: expect.stringContaining('Erase the text alone') });
  });

  test('is refused where there is nothing left', () => {
    expect(eraseWords({ type: 'run.held', run: 'R-1', by: { kind: 'lifeboat', door: 'engine' }, reason: null })).toMatchObject({ ok: false });
  });
});
