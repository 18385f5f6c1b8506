import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CallFailed, createClient, type Client } from '../../src/cli/client.js';
import { Events } from '../../src/web/routes/events.js';
import { events } from '../../src/cli/events.js';
import { socketPath } from '../../src/config/socket-path.js';
import { aRecord } from '../drivers/events/support.js';
import { until } from '../support/poll.js';

let folder: string;
let output: { out: string; err: string };
const before = { var: process.env.LIFEBOAT_VAR, zones: process.env.KSYS_TIME_ZONES };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifeboat-cli-'));
  process.env.LIFEBOAT_VAR = join(folder, 'var');
  output = { out: '', err: '' };
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => { output.out += String(text); return true; });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => { output.err += String(text); return true; });
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
  for (const [name, value] of [['LIFEBOAT_VAR', before.var], ['KSYS_TIME_ZONES', before.zones]] as const) if (value === undefined) delete process.env[name]; else process.env[name] = value;
});

/** A Lifeboat that knows what it has; `answer` may refuse instead. */
function aServer(answer?: () => Promise<unknown>) {
  const known = new Set<string>();
  const batches: number[] = [];
  const call = async (_method: string, _path: string, body: { records: { id: string; event: { occurredAt: number } }[] }): Promise<unknown> => {
    if (answer) return answer();
    batches.push(body.records.length);
    const fresh = body.records.filter(({ id }) => !known.has(id));
    for (const { id } of fresh) known.add(id);
    return { taken: fresh.length, repeated: body.records.length - fresh.length };
  };
  return { batches, options: (json = false) => ({ client: { call } as unknown as Client, as: null, json }) };
}
const log = (name: string, text: string): string => { const path = join(folder, name); writeFileSync(path, text); return path; };

describe('events ingest', () => {
  test('says how many records were taken and how many were known, however large the file', async () => {
    const { options, batches } = aServer();
    const path = log('events.log', Array.from({ length: 1_234 }, (_, index) => aRecord({ entity: `vm${index}` })).join(''));
    expect(await events(['ingest', path], options())).toBe(0);
    expect(await events(['ingest', path], options())).toBe(0);
    expect(output.out).toBe('1234 records taken, 0 known already, 0 problems.\n0 records taken, 1234 known already, 0 problems.\n');
    expect(Math.max(...batches)).toBe(100);
  });

  test('names every problem with its file and line, takes the rest, and exits with 1', async () => {
    const path = log('events.log', `core dumped\n${aRecord()}${aRecord({ time: 'yesterday' })}`);
    expect(await events(['ingest', path], aServer().options())).toBe(1);
    expect(output.out).toBe('2 records taken, 0 known already, 2 problems.\n');
    expect(output.err).toContain(`${path}:1: Text outside a record`);
    expect(output.err).toContain(`${path}:16: The time of VM_FAILURE_DETECTED cannot be read ('yesterday')`);
  });

  test('prints one JSON object with --json', async () => {
    await events(['ingest', log('events.log', `x\n${aRecord()}`)], aServer().options(true));
    expect(JSON.parse(output.out)).toEqual({ taken: 1, repeated: 0, problems: [{ line: 1, what: expect.any(String), lost: true }] });
  });

  test('reads abbreviations of time zones as KSYS_TIME_ZONES says', async () => {
    process.env.KSYS_TIME_ZONES = 'CST=+08:00';
    const seen: number[] = [];
    const client = { call: async (_m: string, _p: string, body: { records: { event: { occurredAt: number } }[] }) => { seen.push(...body.records.map(({ event }) => event.occurredAt)); return { taken: 1, repeated: 0 }; } } as unknown as Client;
    await events(['ingest', log('events.log', aRecord())], { client, as: null, json: false });
    expect(seen).toEqual([Date.UTC(2020, 1, 9, 20, 51, 26)]);
  });

  test.each<[string, () => string | undefined, number, string]>([
    ['no file', () => undefined, 3, 'lifeboat events ingest /var/ksys/events.log'], ['a file that is not there', () => join(folder, 'none'), 2, 'there is no such file. Nothing was taken.'], ['a folder', () => folder, 1, 'it is a folder'],
  ])('%s is refused in words', async (_title, path, status, says) => {
    expect(await events(['ingest', ...[path()].filter((each) => each !== undefined)], aServer().options())).toBe(status);
    expect(output.err).toContain(says);
  });

  test('passes a refusal of Lifeboat on', async () => {
    await expect(events(['ingest', log('events.log', aRecord())], aServer(async () => { throw new CallFailed(403, 'dora may not report events'); }).options())).rejects.toThrow('dora may not report events\n0 records were handed over before that. Run it again');
  });
});

test.each([[undefined, 3], ['watch', 4]])('events %s is no action, and the usage is told', async (action, status) => {
  expect(await events(action === undefined ? [] : [action], aServer().options())).toBe(status);
  expect(output.err).toContain('lifeboat events ingest FILE, lifeboat events tail [FILE], or lifeboat events send NAME entity=NAME');
});

describe('events tail', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('prints each record as it comes, and ends well with %s', async (signal) => {
    const { options } = aServer();
    const path = log('events.log', aRecord({ entity: 'a' }));
    const ended = events(['tail', path], options());
    await until('the first record', () => output.out.includes(' a: '));
    appendFileSync(path, aRecord({ entity: 'b' }));
    await until('the second record', () => output.out.includes(' b: '));
    process.emit(signal);
    expect(await ended).toBe(0);
    expect(output.out.split('\n')[0]).toBe('2020-02-10T10:51:26.000Z critical VM_FAILURE_DETECTED a: 0000-187 VM: a failure detected.');
    expect(output.err).toBe('');
  });

  test('prints records, problems and notes as JSON lines with --json', async () => {
    const { options } = aServer();
    const path = join(folder, 'events.log');
    const ended = events(['tail', path], options(true));
    await until('the note', () => output.out.includes('"note"'));
    writeFileSync(path, `x\n${aRecord()}`);
    await until('the record', () => output.out.includes('"record"'));
    process.emit('SIGTERM');
    await ended;
    expect(output.out.trim().split('\n').map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(['note', 'problem', 'record']);
  });

  test('ends while Lifeboat keeps it waiting for an answer', async () => {
    let asked = false;
    const ended = events(['tail', log('events.log', aRecord())], aServer(() => { asked = true; return new Promise(() => undefined); }).options());
    await until('the call', () => asked);
    process.emit('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('ends with the words of a refusal', async () => {
    await expect(events(['tail', log('events.log', aRecord())], aServer(async () => { throw new CallFailed(401, 'The token is not one of ours'); }).options())).rejects.toThrow('The token is not one of ours');
  });
});

test('a call that is given up lets go of its connection', async () => {
  let closed = false;
  const server: Server = createServer((request) => { request.on('close', () => { closed = true; }); });
  const path = socketPath(join(folder, 'var'), 'lifeboat');
  mkdirSync(join(folder, 'var'));
  await new Promise<void>((resolve) => { server.listen(path, resolve); });
  try {
    const stop = new AbortController();
    const call = createClient().call('POST', '/api/events', {}, stop.signal);
    server.once('request', () => { stop.abort(); });
    await expect(call).rejects.toThrow('ABORT_ERR');
    await until('the connection to end', () => closed);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => { server.close(resolve); });
  }
});

describe('events send', () => {
  const sent = async (...words: string[]) => {
    const bodies: { records: { id: string; event: object }[] }[] = [];
    const call = async (_method: string, _path: string, body: { records: { id: string; event: object }[] }): Promise<unknown> => { bodies.push(body); return { taken: 1, repeated: 0 }; };
    return { status: await events(['send', ...words], { client: { call } as unknown as Client, as: null, json: false }), bodies };
  };

  test('reports one event; with an id it is the same one however often it is sent', async () => {
    const words = ['BACKUP_FAILED', 'entity=payroll', 'class=vm', 'severity=error', 'description=exit 2 = bad', 'id=b-1', 'at=2026-11-28T03:00:00Z'];
    const [first, second] = [await sent(...words), await sent(...words)];
    expect(first.bodies[0]!.records[0]).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{32}$/), event: { name: 'BACKUP_FAILED', severity: 'critical', entityClass: 'vm', entity: 'payroll', description: 'exit 2 = bad', occurredAt: Date.UTC(2026, 10, 28, 3), source: 'events send' } });
    expect(second.bodies[0]!.records[0]!.id).toBe(first.bodies[0]!.records[0]!.id);
    expect(Events.safeParse(first.bodies[0]).success).toBe(true);
    const [a, b] = [await sent('X', 'entity=y'), await sent('X', 'entity=y')];
    expect(a.bodies[0]!.records[0]!.id).not.toBe(b.bodies[0]!.records[0]!.id);
    expect(output.out).toContain('BACKUP_FAILED of payroll was taken.');
  });

  test('takes class and severity from the catalogue where it knows the event', async () => {
    expect((await sent('HOST_FAILURE', 'entity=pbrazos', 'severity=info')).bodies[0]!.records[0]!.event).toMatchObject({ severity: 'critical', entityClass: 'host' });
  });

  test.each<[string[], number, string]>([
    [[], 3, 'needs the name of an event'], [['X'], 3, 'Which thing is it about?'], [['X', 'entity=a', 'colour=red'], 4, "'colour=red' is not known here"], [['X', 'entity=a', 'class=car'], 4, "'car' is no class"], [['X', 'entity=a', 'at=soon'], 4, "'soon' is not a moment"],
  ])('%j is refused in words, and nothing is sent', async (words, status, says) => {
    const { status: ended, bodies } = await sent(...words);
    expect([ended, bodies]).toEqual([status, []]);
    expect(output.err).toContain(says);
  });
});
