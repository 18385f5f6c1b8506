import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import type { StoredEntry } from '../../src/core/chain.js';
import type { JournalEntry } from '../../src/core/event.js';
import { cleanEnvironment, createVar, startLifeboat, worldEffects, type Lifeboat } from '../support/lifeboat.js';
import { startConnector } from '../drivers/teams-support/connector.js';
import { appId, appPassword, startIssuer, tenantId } from '../drivers/teams-support/issuer.js';
import { until } from '../support/poll.js';
import { payloads, type Payload } from './payloads.js';

const signingSecret = 'fuzz-signing-secret';
const smsToken = 'fuzz-token-of-the-gateway';
const atOnce = 32;

export interface Fuzzed {
  readonly seed: number;
  readonly payloads: { readonly [handler: string]: number };
  /** How often each status was answered, 0: the connection was closed. */
  readonly answers: { readonly [status: string]: number };
  /** Attempts of somebody who is known that the journal holds as refused. */
  readonly refusedInJournal: number;
  /** What came of it: acts in the journal or the world. */
  readonly acted: readonly string[];
  /** Faults: an end of the process, an answer of 500 and above, a command that broke. */
  readonly crashed: readonly string[];
}

/** `viewer`: the Slack account of who may decide nothing; another one shows that this finds what acts. */
export interface FuzzOptions { readonly tell?: (line: string) => void; readonly viewer?: 'UVIEWER' | 'UANA' }

/** The whole product in a process of its own, and so many payloads through every way in; none of them may do anything. The same seed makes the same payloads. */
export async function fuzz(count: number, seed: number, { tell = () => undefined, viewer = 'UVIEWER' }: FuzzOptions = {}): Promise<Fuzzed> {
  const place = createVar('lifeboat-fuzz-');
  const [slack, connector, issuer] = await Promise.all([startSlack(), startConnector(), startIssuer()]);
  const gateway = createServer((_request, response) => { response.writeHead(202).end('0: Accepted for delivery'); });
  await new Promise<void>((resolve) => { gateway.listen(0, '127.0.0.1', resolve); });
  let lifeboat: Lifeboat | undefined;
  try {
    lifeboat = await startLifeboat({ varDirectory: place.varDirectory, env: { SLACK_BOT_TOKEN: 'xoxb-fuzz', SLACK_SIGNING_SECRET: signingSecret, SLACK_API_URL: slack.url, LOG_LEVEL: 'warn',
      TEAMS_APP_ID: appId, TEAMS_APP_PASSWORD: appPassword, TEAMS_TENANT_ID: tenantId, TEAMS_SERVICE_HOSTS: '127.0.0.1', TEAMS_TOKEN_ISSUER: issuer.url, TEAMS_OPENID_METADATA_URL: issuer.metadataUrl, TEAMS_LOGIN_URL: issuer.url,
      SMS_URL: `http://dr:pw@127.0.0.1:${(gateway.address() as AddressInfo).port}/cgi-bin/sendsms`, SMS_INBOUND_TOKEN: smsToken,
    } });
    return await fuzzIt(lifeboat, { slack, serviceUrl: connector.url, token: await issuer.token({ serviceurl: connector.url }) }, count, seed, { tell, viewer });
  } finally {
    await lifeboat?.stop();
    await Promise.all([slack.stop(), connector.close(), issuer.close(), new Promise((resolve) => { gateway.close(resolve); gateway.closeAllConnections(); })]);
    place.done();
  }
}

interface Outside { readonly slack: FakeSlack; readonly serviceUrl: string; /** A good one, of the issuer that Lifeboat trusts. */ readonly token: string }

async function fuzzIt(lifeboat: Lifeboat, { slack, serviceUrl, token }: Outside, count: number, seed: number, { tell, viewer }: Required<FuzzOptions>): Promise<Fuzzed> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const send = (payload: Payload): Promise<number> => sendTo(lifeboat.address, agent, payload, token);
  // A viewer of another tenant speaks from Slack, and so does an approver, whom only forgers will name.
  for (const [person, user] of [['erik', 'UVIEWER'], ['ana', 'UANA']] as const) {
    const code = /\b[A-Z0-9]{8}\b/.exec((await lifeboat.command('code slack', person)).text)![0];
    await send(signedCommand(`link ${code}`, user));
    await until(`${person} is linked`, async () => (await entriesAfter(lifeboat, 0)).some(({ event }) => event.type === 'person.linked' && event.person === person));
  }
  await lifeboat.command('discover site customerA');
  await lifeboat.command('verify site customerA');
  const run = await until('a move that waits for its approval', async () => (await lifeboat.command('move site from=customerA to=service_provider dr_type=planned')).run, 60_000);
  const buttons = await until('its buttons', () => (slack.buttons.size >= 2 ? [...slack.buttons] : null), 30_000);
  const before = (await entriesAfter(lifeboat, 0)).at(-1)!.seq;
  const effects = worldEffects(lifeboat.varDirectory).length;

  const [answers, crashed, sent]: [Record<string, number>, string[], Record<string, number>] = [{}, [], {}];
  const ways = Object.entries(payloads({ stranger: 'USTRANGER', viewer, buttons, run, serviceUrl, teamsTenant: tenantId, smsToken }));
  for (const [place, [handler, arbitrary]] of ways.entries()) {
    const own = Math.floor(count / ways.length) + (place < count % ways.length ? 1 : 0);
    const all = fc.sample(arbitrary, { numRuns: own, seed: seed + place });
    let next = 0;
    await Promise.all(Array.from({ length: atOnce }, async () => {
      while (next < all.length && crashed.length < 10) {
        const payload = all[next++]!;
        const status = await send(payload);
        answers[status] = (answers[status] ?? 0) + 1;
        // 501 is what Teams expects where a bot knows no such call.
        if (status >= 500 && status !== 501 && payload.path !== '/readyz') crashed.push(`${handler}: ${payload.method} ${payload.path} answered ${status}: ${payload.body.slice(0, 300)}`);
      }
    }));
    sent[handler] = all.length;
    tell(`${handler}: ${all.length} payloads`);
    if (lifeboat.child.exitCode !== null || lifeboat.child.signalCode !== null) { crashed.push(`${handler}: the process ended: ${lifeboat.printed().slice(-500)}`); break; }
  }
  agent.destroy();
  if (lifeboat.child.exitCode === null && (await lifeboat.command('query system status')).status !== 0) crashed.push('the desk does not answer any more');
  const after = lifeboat.child.exitCode === null ? await entriesAfter(lifeboat, before) : [];
  const refusals = after.filter(({ event }) => refusalTypes.has(event.type));
  const acted = [...after.filter(isAct).map(({ seq, event }) => `journal ${seq}: ${event.type}`), ...(worldEffects(lifeboat.varDirectory).length > effects ? ['something was changed in the world'] : [])];
  crashed.push(...logged(lifeboat).filter((line) => /could not be worked on|could not be answered|unhandled/i.test(line)).slice(0, 10));
  return { seed, payloads: sent, answers, refusedInJournal: refusals.length, acted, crashed };
}

const refusalTypes = new Set<string>(['command.refused', 'approval.refused']);
/** Whatever a person, or a report from outside, brought about. What the monitor and the calendar do goes on meanwhile. */
const isAct = ({ actor, event }: Written): boolean => (actor.kind === 'person' && !refusalTypes.has(event.type)) || (event.type === 'event.raised' && event.event.source !== 'engine');

const logged = (lifeboat: Lifeboat): string[] => { try { return readFileSync(join(lifeboat.varDirectory, 'lifeboat.log'), 'utf8').split('\n'); } catch { return []; } };

interface Written { readonly seq: number; readonly actor: JournalEntry['actor']; readonly event: JournalEntry['event'] }

/** The journal as anybody gets it: `lifeboat journal export`. */
async function entriesAfter({ varDirectory }: Lifeboat, seq: number): Promise<Written[]> {
  const file = join(varDirectory, 'fuzz.ndjson');
  rmSync(file, { force: true });
  await promisify(execFile)(process.execPath, ['dist/cli.js', 'journal', 'export', file], { env: cleanEnvironment(varDirectory) });
  const lines = readFileSync(file, 'utf8').split('\n').slice(1).filter((line) => line !== '').map((line) => JSON.parse(line) as StoredEntry);
  return lines.filter((entry) => entry.seq > seq).map((entry) => ({ seq: entry.seq, actor: JSON.parse(entry.actor) as Written['actor'], event: JSON.parse(entry.payload ?? "null") as Written['event'] }));
}

function signedCommand(text: string, user: string): Payload {
  const body = new URLSearchParams({ command: '/dr', text, user_id: user, user_name: 'x', team_id: 'T000000001', channel_id: 'C1', trigger_id: `set-up.${user}`, response_url: 'http://127.0.0.1:9/' }).toString();
  return { path: '/slack/events', method: 'POST', type: 'application/x-www-form-urlencoded', body, headers: {}, signature: 'good' };
}

function signatureOf({ body, signature }: Payload): Record<string, string> {
  if (signature === undefined || signature === 'none') return {};
  const at = Math.floor(Date.now() / 1000) + (signature === 'old' ? -3_600 : signature === 'future' ? 3_600 : 0);
  return { 'x-slack-request-timestamp': String(at), 'x-slack-signature': `v0=${createHmac('sha256', signature === 'wrong' ? 'another' : signingSecret).update(`v0:${at}:${body}`).digest('hex')}` };
}

/** The status; 0 where the connection was closed without one. */
function sendTo(address: string, agent: Agent, payload: Payload, token: string): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request(new URL(payload.path, address), { method: payload.method, agent, headers: { ...(payload.method === 'POST' ? { 'content-type': payload.type, 'content-length': Buffer.byteLength(payload.body) } : {}), ...payload.headers, ...signatureOf(payload), ...(payload.token ? { authorization: `Bearer ${token}` } : {}) } }, (response) => { response.resume().on('end', () => resolve(response.statusCode ?? 0)).on('error', () => resolve(0)); });
    outgoing.on('error', () => resolve(0));
    outgoing.end(payload.method === 'POST' ? payload.body : undefined);
  });
}

interface FakeSlack { readonly url: string; readonly buttons: Set<string>; stop(): Promise<void> }

/** Slack's own API, as far as it is asked: says yes, and remembers the buttons that were posted. */
async function startSlack(): Promise<FakeSlack> {
  const buttons = new Set<string>();
  const server: Server = createServer((incoming, response) => {
    let text = '';
    incoming.on('data', (part: Buffer) => { text += part.toString('utf8'); }).on('end', () => {
      for (const [, id] of decodeURIComponent(text.replaceAll('+', ' ')).matchAll(/"value":"([^"]+)"/g)) buttons.add(id!);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, team_id: 'T000000001', team: 'x', user_id: 'UBOT', user: { id: 'U1' }, channel: { id: 'D1' }, ts: '1.1', message_ts: '1.1' }));
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`, buttons, stop: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()); }) };
}
