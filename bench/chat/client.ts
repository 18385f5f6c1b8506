import { createHmac } from 'node:crypto';
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keepAliveMs } from './door.js';

export const signingSecret = 'bench-signing-secret';
export const clientOf = '--chat-client';

/** So many commands, so many at once; or, where `everyMs` is set, one each so often, whatever the answers do. */
export interface Round { readonly url: string; readonly lines: readonly string[]; readonly count: number; readonly atOnce: number; readonly everyMs?: number }
export interface RoundResult { readonly seconds: number; /** From the request to its acknowledgement. */ readonly ackMs: readonly number[]; /** What was typed and got no answer. */ readonly unanswered: readonly string[] }

/** Nobody waits longer for an answer. */
const patienceMs = 30_000;
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** The chat platform, in a process of its own: sends signed commands and takes the answers, and answers the few questions that Lifeboat asks Slack. */
export function startClient(): void {
  const waiting = new Map<string, () => void>();
  let sent = 0;
  const server = createServer((incoming, response) => {
    void read(incoming).then(() => {
      const id = /^\/answer\/(\d+)$/.exec(incoming.url ?? '')?.[1];
      response.writeHead(200, { 'content-type': 'application/json' }).end(id === undefined ? JSON.stringify({ ok: true, team_id: 'T1', team: 'bench', user_id: 'UBOT', user: { id: 'U1' }, channel: 'C1', ts: '1.1' }) : '');
      if (id !== undefined) waiting.get(id)?.();
    });
  }).listen(0, '127.0.0.1', () => process.send!({ address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
  server.keepAliveTimeout = keepAliveMs;

  /** Null, or what got no answer. */
  async function one({ url, lines }: Round, acks: number[]): Promise<string | null> {
    const id = String(sent++);
    const text = lines[Number(id) % lines.length]!;
    let late: NodeJS.Timeout | undefined;
    const answered = new Promise<boolean>((resolve) => {
      waiting.set(id, () => resolve(true));
      late = setTimeout(() => resolve(false), patienceMs);
    });
    const body = new URLSearchParams({ command: '/dr', text, user_id: 'U1', user_name: 'ana', team_id: 'T1', team_domain: 'bench', channel_id: 'C1', channel_name: 'bench', api_app_id: 'A1', token: 't', is_enterprise_install: 'false', trigger_id: `bench.${process.pid}.${id}`, response_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer/${id}` }).toString();
    const stamp = String(Math.floor(Date.now() / 1000));
    const began = performance.now();
    const status = await post(url, body, { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-request-timestamp': stamp, 'x-slack-signature': `v0=${createHmac('sha256', signingSecret).update(`v0:${stamp}:${body}`).digest('hex')}` });
    acks.push(performance.now() - began);
    const came = status === 200 && await answered;
    clearTimeout(late);
    waiting.delete(id);
    return came ? null : `${text} (HTTP ${status})`;
  }

  async function play(round: Round): Promise<RoundResult> {
    const ackMs: number[] = [];
    const unanswered: string[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      next += 1;
      const missing = await one(round, ackMs);
      if (missing !== null) unanswered.push(missing);
    };
    const began = performance.now();
    if (round.everyMs === undefined) await Promise.all(Array.from({ length: round.atOnce }, async () => { while (next < round.count) await work(); }));
    else await atARate(round.count, round.everyMs, work);
    return { seconds: (performance.now() - began) / 1000, ackMs, unanswered };
  }

  process.on('message', (round: Round) => { void play(round).then((result) => process.send!(result)); });
  process.on('disconnect', () => process.exit());
}

function atARate(count: number, everyMs: number, work: () => Promise<void>): Promise<void> {
  const all: Promise<void>[] = [];
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      all.push(work());
      if (all.length < count) return;
      clearInterval(timer);
      void Promise.all(all).then(() => resolve());
    }, everyMs);
  });
}

function post(url: string, body: string, headers: { readonly [name: string]: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => { response.resume().on('end', () => resolve(response.statusCode ?? 0)); });
    outgoing.on('error', reject).end(body);
  });
}

async function read(incoming: IncomingMessage): Promise<void> { for await (const _ of incoming); }
