import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { follow } from '../drivers/events/log-file/follow.js';
import type { CreateParser, LogProblem, LogRecord, Parsed } from '../drivers/events/log-file/log-parser.js';
import { CallFailed, type Client } from './client.js';
import { say } from './estate.js';
import { sendEvent } from './events-send.js';
import { logFormat } from './log-formats.js';

const batchMax = 100;

export interface EventOptions { readonly client: Client; readonly as: string | null; readonly json: boolean }
interface Taken { readonly taken: number; readonly repeated: number }

const print = (json: boolean, value: object, text: string): void => { process.stdout.write(`${json ? JSON.stringify(value) : text}\n`); };
const problemText = (file: string, { line, what }: LogProblem): string => `${file}:${line}: ${what}`;
const told = ({ event }: LogRecord): string => `${new Date(event.occurredAt).toISOString()} ${event.severity} ${event.name} ${event.entity}: ${event.description}`;

const send = ({ client, as }: EventOptions, records: readonly LogRecord[], signal?: AbortSignal): Promise<Taken> =>
  client.call<Taken>('POST', '/api/events', { records: records.map(({ id, event }) => ({ id, event })), ...(as ? { as } : {}) }, signal);

/** `words`: what stands behind `events`. */
export async function events(words: readonly string[], options: EventOptions): Promise<number> {
  const [action, ...rest] = words;
  if (action === 'send') return sendEvent(rest, options, Date.now());
  const [given, files] = [new Map(rest.filter((word) => /^(?:format|zone)=/.test(word)).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)])), rest.filter((word) => !/^(?:format|zone)=/.test(word))];
  if (action !== 'ingest' && action !== 'tail') return say(`${action === undefined ? 'events needs an action' : `'${action}' is not something that events does`}: lifeboat events ingest FILE, lifeboat events tail [FILE], or lifeboat events send NAME entity=NAME`, action === undefined ? 3 : 4);
  const format = logFormat({ format: given.get('format'), zone: given.get('zone') }, process.env.KSYS_TIME_ZONES ?? '');
  if (typeof format === 'string') return say(format, 4);
  const path = files[0] ?? (action === 'tail' ? format.defaultPath : null);
  if (path === null) return say(`events ${action} needs a file: lifeboat events ${action} ${format.defaultPath ?? 'FILE'}`, 3);
  return action === 'ingest' ? ingest(path, format.parser, options) : tail(path, format.parser, options);
}

/** Reads a log once, from its first line to its last. */
async function ingest(path: string, create: CreateParser, options: EventOptions): Promise<number> {
  const parser = create({});
  const problems: LogProblem[] = [];
  let waiting: LogRecord[] = [];
  let taken = 0;
  let repeated = 0;
  const handOver = async (parsed: Parsed, min: number): Promise<void> => {
    problems.push(...parsed.problems);
    waiting.push(...parsed.records);
    while (waiting.length > 0 && waiting.length >= min) {
      const answer = await send(options, waiting.slice(0, batchMax));
      waiting = waiting.slice(batchMax);
      taken += answer.taken;
      repeated += answer.repeated;
    }
  };
  try {
    for await (const bytes of createReadStream(path)) await handOver(parser.feed(bytes as Buffer, Date.now()), batchMax);
    await handOver(parser.end(Date.now()), 1);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof CallFailed) throw new CallFailed(error.httpStatus, `${error.message}\n${taken + repeated} ${taken + repeated === 1 ? 'record was' : 'records were'} handed over before that. Run it again: what Lifeboat has is not taken twice.`);
    if (code === undefined) throw error;
    return say(`${path} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : (error as Error).message}. ${taken + repeated === 0 ? 'Nothing was taken.' : `${taken} records were taken before that.`}`, code === 'ENOENT' ? 2 : 1);
  }
  if (!options.json) for (const problem of problems) process.stderr.write(`${problemText(path, problem)}\n`);
  print(options.json, { taken, repeated, problems }, `${taken} ${taken === 1 ? 'record' : 'records'} taken, ${repeated} known already, ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}.`);
  return problems.length > 0 ? 1 : 0;
}

/** Follows a log until SIGTERM or SIGINT. */
async function tail(path: string, create: CreateParser, options: EventOptions): Promise<number> {
  const stopping = new AbortController();
  const stop = (): void => { stopping.abort(); };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const note = (what: string): void => { if (options.json) print(true, { kind: 'note', what }, ''); else process.stderr.write(`${what}\n`); };
  try {
    await follow({
      path, varDirectory: resolve(process.env.LIFEBOAT_VAR?.trim() || './var'), parser: create, now: Date.now, note,
      sleep: (ms, signal) => sleep(ms, undefined, { signal }),
      async send(records) {
        const { taken, repeated } = await send(options, records, stopping.signal);
        for (const record of records) print(options.json, { kind: 'record', id: record.id, ...record.event }, told(record));
        if (repeated > 0) note(`${repeated} of the last ${taken + repeated} ${repeated === 1 ? 'was' : 'were'} known already.`);
      },
      problem: (problem, file) => { if (options.json) print(true, { kind: 'problem', file, ...problem }, ''); else process.stderr.write(`${problemText(file, problem)}\n`); },
      isFinal: (error) => error instanceof CallFailed && error.httpStatus >= 400 && error.httpStatus < 500 && error.httpStatus !== 429,
    }, stopping.signal);
  } finally {
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
  }
  return 0;
}
