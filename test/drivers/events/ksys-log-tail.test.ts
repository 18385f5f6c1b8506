import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { follow } from '../../../src/drivers/events/log-file/follow.js';
import { KsysLogParser } from '../../../src/drivers/events/log-file/ksys/parser.js';
import type { LogRecord } from '../../../src/drivers/events/log-file/log-parser.js';
import { Tail, type TailParts } from '../../../src/drivers/events/log-file/tail.js';
import { defaultZones } from '../../../src/drivers/events/log-file/ksys/time.js';
import { aRecord } from './support.js';

const folders: string[] = [];
const tails: Tail[] = [];
afterEach(async () => {
  for (const tail of tails.splice(0)) await tail.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A log in a folder of its own, a clock that stands still, and a server that knows what it has. */
function aLog() {
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-tail-'));
  folders.push(folder);
  const path = join(folder, 'events.log');
  const taken = new Map<string, string>();
  const world = { now: Date.UTC(2026, 2, 2), away: false, repeats: 0, sent: [] as string[], notes: [] as string[], problems: [] as string[] };
  const parts: TailParts = {
    path, varDirectory: join(folder, 'var'), parser: (begin) => new KsysLogParser({ ...begin, zones: defaultZones }), now: () => world.now,
    async send(records: readonly LogRecord[]) {
      if (world.away) throw new Error('Lifeboat does not answer.');
      for (const { id, event } of records) {
        if (taken.has(id)) world.repeats++;
        else taken.set(id, event.entity);
        world.sent.push(event.entity);
      }
    },
    problem: ({ line, what }, file) => { world.problems.push(`${file}:${line}: ${what}`); },
    note: (what) => { world.notes.push(what); },
  };
  const start = (): Tail => { const tail = new Tail(parts); tails.push(tail); return tail; };
  const restart = async (tail: Tail): Promise<Tail> => { await tail.close(); return start(); };
  return { folder, path, parts, world, start, restart, taken: () => [...taken.values()], write: (...entities: string[]) => { appendFileSync(path, entities.map((entity) => aRecord({ entity })).join('')); } };
}
async function drain(tail: Tail): Promise<void> { while (await tail.step()); }

test('a log that is not there yet is waited for, then read from its first line', async () => {
  const { start, write, taken, world, path } = aLog();
  const tail = start();
  expect(await tail.step()).toBe(false);
  expect(await tail.step()).toBe(false);
  expect(world.notes).toEqual([expect.stringContaining(`There is no ${path} yet`)]);
  write('a', 'b');
  await drain(tail);
  write('c');
  await drain(tail);
  expect(taken()).toEqual(['a', 'b', 'c']);
  expect(world.problems).toEqual([]);
});

test('an END that comes seconds later completes its record; one that never comes is not waited for longer than a minute', async () => {
  const { start, path, taken, world } = aLog();
  const withoutEnd = (entity: string): string => aRecord({ entity }).replace('-----EVENT END-----\n', '');
  const tail = start();
  appendFileSync(path, withoutEnd('a'));
  await drain(tail);
  world.now += 59_000;
  await drain(tail);
  expect(taken()).toEqual([]);
  appendFileSync(path, '-----EVENT END-----\n');
  await drain(tail);
  expect(taken()).toEqual(['a']);
  appendFileSync(path, withoutEnd('b'));
  await drain(tail);
  world.now += 60_000;
  await drain(tail);
  expect(taken()).toEqual(['a', 'b']);
  appendFileSync(path, `-----EVENT END-----\n${aRecord({ entity: 'c' })}`);
  await drain(tail);
  expect([taken(), world.problems, world.repeats]).toEqual([['a', 'b', 'c'], [], 0]);
});

test('a restart after every byte of the log neither repeats nor drops a record', async () => {
  const log = Buffer.from(['a', 'b', 'c'].map((entity) => aRecord({ entity })).join(''));
  for (let at = 0; at <= log.length; at += 5) {
    const { start, restart, path, world } = aLog();
    writeFileSync(path, log.subarray(0, at));
    let tail = start();
    await drain(tail);
    tail = await restart(tail);
    await drain(tail);
    appendFileSync(path, log.subarray(at));
    await drain(tail);
    await drain(await restart(tail));
    expect([at, world.sent, world.problems]).toEqual([at, ['a', 'b', 'c'], []]);
  }
});

describe('rotation', () => {
  test('a renamed file is read to its end first, with the record that was being written', async () => {
    const { start, path, write, taken, world } = aLog();
    const tail = start();
    write('a');
    await drain(tail);
    write('b');
    appendFileSync(path, aRecord({ entity: 'c' }).slice(0, 120));
    renameSync(path, `${path}.1`);
    writeFileSync(path, aRecord({ entity: 'd' }));
    await drain(tail);
    appendFileSync(`${path}.1`, aRecord({ entity: 'c' }).slice(120));
    await drain(tail);
    expect([taken(), world.problems, world.repeats]).toEqual([['a', 'b', 'c', 'd'], [], 0]);
  });

  test('a record whose rest never comes is given up after ten seconds, and said', async () => {
    const { start, path, write, taken, world } = aLog();
    const tail = start();
    write('a');
    appendFileSync(path, aRecord({ entity: 'b' }).slice(0, 120));
    await drain(tail);
    renameSync(path, `${path}.1`);
    write('c');
    await drain(tail);
    expect(taken()).toEqual(['a']);
    world.now += 10_000;
    await drain(tail);
    expect(taken()).toEqual(['a', 'unknown', 'c']);
    expect(world.problems).toEqual(['events.log:11: The record of VM_FAILURE_DETECTED is cut off: it has neither a description nor an END; it was taken as far as it goes.']);
  });

  test('what is written to the renamed file before there is a new one is read', async () => {
    const { start, restart, path, write, taken } = aLog();
    let tail = start();
    write('a');
    await drain(tail);
    renameSync(path, `${path}.1`);
    await drain(tail);
    tail = await restart(tail);
    await drain(tail);
    appendFileSync(`${path}.1`, aRecord({ entity: 'b' }));
    await drain(tail);
    write('c');
    await drain(tail);
    expect(taken()).toEqual(['a', 'b', 'c']);
  });

  test('two rotations while nobody looked, running or not, lose nothing', async () => {
    for (const stopped of [false, true]) {
      const { start, restart, path, write, taken, world } = aLog();
      let tail = start();
      write('a');
      await drain(tail);
      if (stopped) tail = await restart(tail);
      write('b');
      renameSync(path, `${path}.2`);
      write('c', 'd');
      renameSync(path, `${path}.1`);
      write('e');
      utimesSync(`${path}.2`, 1_000, 1_000);
      utimesSync(`${path}.1`, 2_000, 2_000);
      await drain(tail);
      write('f');
      await drain(await restart(tail));
      expect([taken(), world.sent.length, world.notes]).toEqual([['a', 'b', 'c', 'd', 'e', 'f'], 6, []]);
    }
  });

  test('a new file that begins with the very same record is a new record', async () => {
    const { start, restart, path, write, world } = aLog();
    const tail = start();
    write('a');
    await drain(tail);
    renameSync(path, `${path}.1`);
    write('a');
    await drain(tail);
    await drain(await restart(tail));
    expect([world.sent, world.repeats]).toEqual([['a', 'a'], 0]);
  });

  test('a copy that somebody made beside the log is not read', async () => {
    const { start, path, write, world } = aLog();
    const tail = start();
    write('a', 'b');
    await drain(tail);
    renameSync(path, `${path}.1`);
    copyFileSync(`${path}.1`, `${path}.bak`);
    write('c');
    await drain(tail);
    expect(world.sent).toEqual(['a', 'b', 'c']);
  });

  test('an old file that was packed meanwhile is said to be missing, and reading goes on', async () => {
    const { start, restart, path, write, taken, world } = aLog();
    const tail = start();
    write('a');
    await drain(tail);
    const next = await restart(tail);
    rmSync(path);
    write('b');
    await drain(next);
    expect(taken()).toEqual(['a', 'b']);
    expect(world.notes.join()).toContain('is gone (packed or removed by rotation)');
  });
});

describe('truncation', () => {
  test.each([['while it runs', false], ['while it is stopped', true]])('copytruncate %s: the rest stands in the copy', async (_title, stopped) => {
    const { start, restart, path, write, taken, world } = aLog();
    let tail = start();
    write('a', 'b');
    await drain(tail);
    if (stopped) tail = await restart(tail);
    write('c');
    copyFileSync(path, `${path}.1`);
    truncateSync(path, 0);
    write('d');
    await drain(tail);
    expect([taken(), world.problems, world.notes, world.repeats]).toEqual([['a', 'b', 'c', 'd'], [], [], 0]);
  });

  test('a file that has grown past the old place again is still seen to be new', async () => {
    const { start, path, write, taken, world } = aLog();
    const tail = start();
    write('a');
    await drain(tail);
    truncateSync(path, 0);
    write('b', 'c', 'd');
    await drain(tail);
    expect(taken()).toEqual(['a', 'b', 'c', 'd']);
    expect(world.notes).toEqual([expect.stringContaining('was truncated')]);
  });

  test('a writer that goes on at its old place leaves zeros, and its records are read', async () => {
    const { start, path, write, taken, world } = aLog();
    const tail = start();
    write('a');
    await drain(tail);
    const { length } = readFileSync(path);
    writeFileSync(path, Buffer.concat([Buffer.alloc(length), Buffer.from(aRecord({ entity: 'b' }))]), { flag: 'r+' });
    await drain(tail);
    expect([taken(), world.problems]).toEqual([['a', 'b'], []]);
  });
});

describe('the other side', () => {
  test('is away: nothing is skipped, and the place moves only when it has taken the records', async () => {
    const { start, restart, folder, write, taken, world } = aLog();
    let tail = start();
    world.away = true;
    write('a', 'b');
    await expect(tail.step()).rejects.toThrow('does not answer');
    await expect(tail.step()).rejects.toThrow('does not answer');
    expect(() => readdirSync(join(folder, 'var', 'tail'))).toThrow('ENOENT');
    tail = await restart(tail);
    write('c');
    world.away = false;
    await drain(tail);
    expect([taken(), world.sent]).toEqual([['a', 'b', 'c'], ['a', 'b', 'c']]);
  });

  test('gets what was sent without an answer again, under the same ids', async () => {
    const { start, restart, folder, write, taken, world } = aLog();
    const tail = start();
    write('a', 'b');
    await drain(tail);
    // As after kill -9 between the answer and the note of it.
    rmSync(join(folder, 'var'), { recursive: true });
    await drain(await restart(tail));
    expect([taken(), world.repeats]).toEqual([['a', 'b'], 2]);
  });

  test('comes back: following goes on by itself, says so once, and ends when asked to', async () => {
    const { parts, write, taken, world } = aLog();
    const stop = new AbortController();
    const waits: number[] = [];
    world.away = true;
    write('a');
    const sleep = async (ms: number): Promise<void> => {
      waits.push(ms);
      if (waits.length === 4) world.away = false;
      if (waits.length === 6) stop.abort();
    };
    await follow({ ...parts, sleep, isFinal: () => false }, stop.signal);
    expect(taken()).toEqual(['a']);
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 500, 500]);
    expect(world.notes).toEqual([expect.stringContaining('Lifeboat does not answer.\nNothing is lost'), 'It goes on.']);
  });

  test('says no for good: following ends with its words', async () => {
    const { parts, write, world } = aLog();
    world.away = true;
    write('a');
    await expect(follow({ ...parts, sleep: async () => undefined, isFinal: () => true }, new AbortController().signal)).rejects.toThrow('does not answer');
  });
});
