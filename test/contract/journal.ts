import { beforeEach, describe, expect, test } from '@jest/globals';
import type { JournalEntry } from '../../src/core/event.js';
import type { Journal } from '../../src/ports/journal.js';
import { claimEntry, eventually, noteEntry, stepStarted } from './support.js';

export interface JournalHarness {
  /** An empty journal. */
  fresh(): Promise<Journal>;
  /** Another writer on the journal made last, as another process would have. */
  another(): Promise<Journal>;
}

export const journalContract = (name: string, harness: JournalHarness): void => describe(`${name} is a Journal`, () => {
  let journal: Journal;
  beforeEach(async () => { journal = await harness.fresh(); });

  test('numbers entries over the journal and inside each stream from 1, and gives them back as written', async () => {
    const first = await journal.append({ entries: [noteEntry('a', 'one'), noteEntry('b', 'two', 'cluster01')] });
    const second = await journal.append({ entries: [noteEntry('a', 'three: "ü" \u0000 \u2028 \\ 🚤')] });
    expect([...first, ...second].map(({ seq, stream, streamSeq, tenant }) => [seq, stream, streamSeq, tenant])).toEqual([[1, 'a', 1, null], [2, 'b', 1, 'cluster01'], [3, 'a', 2, null]]);
    expect(await journal.read({})).toEqual([...first, ...second]);
    expect(await journal.read({ stream: 'a', afterSeq: 1 })).toEqual(second);
    expect(await journal.read({ limit: 2 })).toEqual(first);
  });

  test('refuses an append whose stream is not where its writer thinks, and writes nothing of it', async () => {
    await journal.append({ entries: [noteEntry('a', 'one')] });
    await expect(journal.append({ entries: [noteEntry('b', 'x'), noteEntry('a', 'y')], expect: { a: 0 } })).rejects.toMatchObject({ code: 'conflict' });
    await journal.append({ entries: [noteEntry('a', 'two')], expect: { a: 1, unheard: 0 } });
    expect((await journal.read({})).map(({ stream }) => stream)).toEqual(['a', 'a']);
  });

  test('of two writers who saw the same state exactly one wins', async () => {
    const other = await harness.another();
    const outcomes = await Promise.allSettled([journal, other, journal, other].map((writer, index) => writer.append({ entries: [noteEntry('locks', `${index}`)], expect: { locks: 0 } })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' });
    expect(await journal.read({})).toHaveLength(1);
  });

  test('one refused request does not fail those committed with it', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => journal.append({ entries: [noteEntry(`s${index}`, 'x')], expect: { [`s${index}`]: index % 4 === 0 ? 7 : 0 } })));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(outcomes.map((_, index) => index % 4 !== 0));
    expect((await journal.read({})).map(({ seq }) => seq)).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
  });

  test('a claim fences off the earlier owner of a run', async () => {
    await journal.append({ entries: [claimEntry('R-1', 1)] });
    await journal.append({ entries: [stepStarted('R-1', 'a', 1)], fence: { run: 'R-1', token: 1 } });
    await journal.append({ entries: [claimEntry('R-1', 2)] });
    await expect(journal.append({ entries: [stepStarted('R-1', 'b', 1)], fence: { run: 'R-1', token: 1 } })).rejects.toMatchObject({ code: 'fence-lost' });
    await journal.append({ entries: [stepStarted('R-1', 'b', 1)], fence: { run: 'R-1', token: 2 } });
    await expect(journal.append({ entries: [noteEntry('x', 'y')], fence: { run: 'R-9', token: 1 } })).rejects.toMatchObject({ code: 'fence-lost' });
  });

  test('a run is not claimed again under a fence that was used before', async () => {
    await journal.append({ entries: [claimEntry('R-1', 5)] });
    await expect(journal.append({ entries: [claimEntry('R-1', 5)] })).rejects.toMatchObject({ code: 'fence-lost' });
    await expect(journal.append({ entries: [claimEntry('R-1', 4)] })).rejects.toMatchObject({ code: 'fence-lost' });
  });

  test('the same attempt of a step is recorded once, the next attempt again', async () => {
    await journal.append({ entries: [stepStarted('R-1', 'a', 1)] });
    await expect(journal.append({ entries: [stepStarted('R-1', 'a', 1)] })).rejects.toMatchObject({ code: 'duplicate' });
    await expect(journal.append({ entries: [stepStarted('R-1', 'b', 1), stepStarted('R-1', 'b', 1)] })).rejects.toMatchObject({ code: 'duplicate' });
    await journal.append({ entries: [stepStarted('R-1', 'a', 2), stepStarted('R-2', 'a', 1)] });
    expect(await journal.read({})).toHaveLength(3);
  });

  test('an empty request and a stream name that cannot be stored are refused', async () => {
    await expect(journal.append({ entries: [] })).rejects.toThrow('at least one entry');
    await expect(journal.append({ entries: [noteEntry('a\0b', 'x')] })).rejects.toThrow('NUL');
  });

  test('the whole chain verifies, and its head is the last entry\'s', async () => {
    expect(await journal.verify()).toMatchObject({ ok: true, entries: 0, broken: null });
    await journal.append({ entries: [noteEntry('a "quoted"\n\u001f\u007f\u2028', 'x', 'tenant ü'), claimEntry('R-1', 1), stepStarted('R-1', 'a', 1)] });
    const [last] = (await journal.read({})).slice(-1);
    expect(await journal.verify()).toEqual({ ok: true, entries: 3, head: last!.chain, broken: null, erased: [], dropped: 0 });
  });

  test('a subscriber sees every entry once and in order, also another writer\'s, from where it asked', async () => {
    const other = await harness.another();
    await journal.append({ entries: [noteEntry('a', 'before'), noteEntry('a', 'before too')] });
    const seen: JournalEntry[] = [];
    const subscription = journal.subscribe(1, async (entries) => {
      await Promise.resolve();
      seen.push(...entries);
    });
    await Promise.all(Array.from({ length: 60 }, (_, index) => (index % 2 ? journal : other).append({ entries: [noteEntry(`s${index % 7}`, `${index}`)] })));
    await eventually('all entries arrived', () => seen.length >= 61);
    await subscription.stop();
    await journal.append({ entries: [noteEntry('a', 'after the stop')] });
    expect(seen.map(({ seq }) => seq)).toEqual(Array.from({ length: 61 }, (_, index) => index + 2));
    expect(seen).toEqual((await journal.read({ afterSeq: 1 })).slice(0, 61));
  });

  test('a subscriber that fails gets the same entries again, and none is lost', async () => {
    const seen: number[] = [];
    let failures = 1;
    const subscription = journal.subscribe(0, (entries) => {
      if (failures-- > 0) throw new Error('not now');
      seen.push(...entries.map(({ seq }) => seq));
    });
    await journal.append({ entries: [noteEntry('a', 'one'), noteEntry('a', 'two')] });
    await eventually('the entries were taken', () => seen.length >= 2);
    await subscription.stop();
    expect(seen).toEqual([1, 2]);
  });
});
