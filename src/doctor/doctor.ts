import { readFile } from 'node:fs/promises';
import type { Environment } from '../config/environment.js';
import { readEstate } from '../config/read-estate.js';
import { fine, notice, wrong, type Diagnosis } from '../core/diagnosis.js';
import type { Estate } from '../core/estate.js';
import type { Surface } from '../core/names.js';
import { unreachableEvent } from '../core/opt-out.js';
import { openIncidents } from '../core/state.js';
import type { Secrets } from '../ports/secrets.js';
import type { LiveState } from '../ports/state.js';
import type { Runbook } from '../runbook/runbook.js';
import { diagnoseActionSecrets, diagnoseMachineSecrets } from './action-secrets.js';
import { diagnoseDatabase, type Query } from './database.js';
import { diagnosePublicUrl } from './public-url.js';
import { diagnoseMachine, diagnoseSocket } from './machine.js';
import { diagnoseQuorum } from './quorum.js';
import { diagnoseSourceSecrets } from './source-secrets.js';
import { diagnoseSignIn } from './sign-in.js';

/** What the running Lifeboat lets the doctor look at. */
export interface DoctorParts {
  readonly environment: Environment;
  readonly home: string;
  readonly query: Query;
  readonly schemaKnown: number;
  readonly live: LiveState;
  readonly runbooks: readonly Runbook[];
  /** Where messages reach people, as this Lifeboat is set up. */
  readonly surfaces: readonly Surface[];
  readonly now: () => number;
  readonly secrets: Pick<Secrets, 'get'>;
  readonly digestOfEstate: (estate: Estate) => string;
  /** null: not configured. `ok: null`: no answer yet. */
  readonly slack: () => { readonly ok: boolean | null; readonly message: string } | null;
  readonly teams: DoctorParts['slack'];
  /** Asks each mail server; answers with how many there are and those that fail. null: not configured. */
  readonly verifyMail: (() => Promise<{ readonly servers: number; readonly failing: readonly { readonly server: string; readonly failing: string | null }[] }>) | null;
  /** What mail answers come in through. null: not configured. */
  readonly inbox?: () => { readonly ok: boolean | null; readonly message: string } | null;
  /** Sent where receipts exist, and never proven within a day. */
  readonly unproven?: () => Promise<number>;
  /** null: no webhook is named. Absent: nobody asks. */
  readonly webhook?: () => { readonly behind: number; readonly failing: { readonly why: string } | null } | null;
  /** Asks the world, or the controller, for a sign of life. @throws */
  readonly askWorld: (signal: AbortSignal) => Promise<string>;
  readonly sockets: Readonly<Record<string, string>>;
}

const worldPatienceMs = 5_000;
const causeText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `lifeboat doctor`: every dependency, credential, limit and clock, each with what to do about it. Changes nothing. */
export async function diagnose(parts: DoctorParts): Promise<Diagnosis[]> {
  const { environment, home, live, runbooks } = parts;
  const [machine, database, inUse, world, mail, address, signIn, sockets] = await Promise.all([
    diagnoseMachine(environment, home),
    diagnoseDatabase({ query: parts.query, now: parts.now, schemaKnown: parts.schemaKnown, seqRead: () => live.current.seq }),
    estateInUse(parts), askWorld(parts), askMail(parts), diagnosePublicUrl(environment), diagnoseSignIn(environment, parts.now),
    Promise.all(Object.entries(parts.sockets).map(([name, path]) => diagnoseSocket(name, path))),
  ]);
  const slack = parts.slack();
  const inForce = live.current.estate;
  return [...machine, ...database, ...inUse, world, slackStatus(slack), teamsStatus(parts.teams()), mail, ...inboxStatus(parts), ...await unprovenMessages(parts), ...optedOut(parts), ...webhookStatus(parts.webhook?.() ?? null), ...address, signIn, ...(inForce ? [...diagnoseActionSecrets(inForce, parts.secrets), ...diagnoseMachineSecrets(inForce, parts.secrets), ...diagnoseSourceSecrets(inForce, parts.secrets), ...diagnoseQuorum({ state: live.current, runbooks, surfaces: parts.surfaces, now: parts.now() })] : []), ...sockets];
}

function webhookStatus(webhook: ReturnType<NonNullable<DoctorParts['webhook']>>): Diagnosis[] {
  if (webhook === null) return [];
  if (webhook.failing === null) return [fine('webhook', `its receiver takes what happens; ${webhook.behind} journal entries behind`)];
  return [wrong('webhook', `${webhook.failing.why} ${webhook.behind} journal entries wait; nothing is lost.`, 'Look at the receiver and at NOTIFY_WEBHOOK_URL. Lifeboat tries again by itself, at least every minute.')];
}

async function estateInUse({ environment, live, digestOfEstate }: DoctorParts): Promise<Diagnosis[]> {
  const text = await readFile(environment.estateFile, 'utf8').catch(() => null);
  const read = text === null ? null : readEstate(text, environment.estateFile);
  // An unreadable or unsound file is said once, by the look at the file itself.
  if (!read?.ok) return [];
  return [live.current.estateDigest === digestOfEstate(read.estate) ? fine('estate in use', 'the same as the file') : notice('estate in use', 'The file differs from what is in use; what is in use stays until the file is applied.', `See the difference: lifeboat estate apply ${environment.estateFile}. What is in use, with what commands changed in it, as a file: lifeboat estate export`)];
}

async function askWorld({ askWorld: ask }: DoctorParts): Promise<Diagnosis> {
  try {
    return fine('estate world', await ask(AbortSignal.timeout(worldPatienceMs)));
  } catch (error) {
    return wrong('estate world', `${causeText(error)} Nothing can be looked at or moved.`, 'Restart Lifeboat: it starts the simulated world anew, which keeps its state. Runs go on.');
  }
}

async function askMail({ verifyMail }: DoctorParts): Promise<Diagnosis> {
  if (verifyMail === null) return notice('mail', 'not configured: mail is kept and shown in the console', 'Set SMTP_URL and MAIL_FROM to send it.');
  try {
    const { servers, failing } = await verifyMail();
    const words = failing.map(({ server, failing: why }) => `${server}: ${why}`).join(' ');
    if (failing.length === 0) return fine('mail', servers === 1 ? 'the server answers and takes our login' : `all ${servers} servers answer and take our login`);
    if (failing.length < servers) return notice('mail', `${failing.length} of ${servers} servers do not take mail; it goes through the others. ${words}`, 'Repair the way to it or its login in SMTP_URL: while one is left, mail hangs on that one.');
    return wrong('mail', `${words} Mail waits and is tried again.`, 'Check SMTP_URL (host, port, user, password) and the way to the server, then run doctor again.');
  } catch (error) {
    return wrong('mail', `${causeText(error)}. Mail waits and is tried again.`, 'Check SMTP_URL (host, port, user, password) and the way to the server, then run doctor again.');
  }
}

function inboxStatus({ inbox }: DoctorParts): Diagnosis[] {
  const status = inbox?.() ?? null;
  if (status === null) return [];
  return [status.ok === true ? fine('mail answers', status.message) : wrong('mail answers', status.message, 'Lifeboat goes on trying. Check MAIL_IMAP_URL (host, port, user, password); answers wait in the mailbox, and everything else works meanwhile.')];
}

async function unprovenMessages({ unproven }: DoctorParts): Promise<Diagnosis[]> {
  const count = await unproven?.().catch(() => 0) ?? 0;
  return count === 0 ? [] : [notice('receipts', `${count} messages were handed over more than a day ago, and nothing proves that they arrived.`, 'See which: lifeboat query delivery status=unproven. If they are all of one gateway, it cannot reach PUBLIC_URL, or its carrier reports nothing.')];
}

function optedOut({ live }: DoctorParts): Diagnosis[] {
  return openIncidents(live.current).filter(({ key }) => key.startsWith(`${unreachableEvent}:`)).map(({ title }) => notice('reachable people', title, 'Ask that person to send START to the number that the messages come from. Where START never comes in: lifeboat delete opt_out NAME reason="..."'));
}

function slackStatus(slack: ReturnType<DoctorParts['slack']>): Diagnosis {
  if (slack === null) return notice('slack', 'not configured', 'To use it: docs/slack.md');
  if (slack.ok === true) return fine('slack', slack.message);
  return wrong('slack', slack.message, 'Lifeboat goes on trying. Check the way to Slack, and SLACK_BOT_TOKEN against the app (OAuth & Permissions); console and mail work meanwhile.');
}

function teamsStatus(teams: ReturnType<DoctorParts['teams']>): Diagnosis {
  if (teams === null) return notice('teams', 'not configured', 'To use it: docs/teams.md');
  if (teams.ok === true) return fine('teams', teams.message);
  return wrong('teams', teams.message, 'Lifeboat goes on trying. Check the way to the directory, and whether the client secret of the app registration has run out (Certificates & secrets); console and mail work meanwhile.');
}
