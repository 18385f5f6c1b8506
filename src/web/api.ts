import type { z } from 'zod';
import type { ScopeNeeded } from '../core/scope.js';
import { As, Command } from './routes/command.js';
import { Press, Say, Which } from './routes/conversation.js';
import { Erase } from './routes/erase.js';
import { Apply } from './routes/estate.js';
import { Events } from './routes/events.js';
import { Fault } from './routes/faults.js';
import { AddPasskey, BeginPasskey, ProvePasskey, RemovePasskey } from './routes/passkeys.js';
import { ForgetPasskeys, Offboard } from './routes/people.js';
import { Key, Verify } from './routes/read.js';
import { BeginOpenId } from './routes/open-id.js';
import { SendCode } from './routes/send-code.js';
import { Code, CodeFor, Name, OwnCode, SignInCode } from './routes/session.js';
import { Issue, Revoke } from './routes/tokens.js';

export interface ApiRoute {
  readonly method: 'GET' | 'POST';
  /** As fastify writes it: `/api/runs/:run`. */
  readonly path: string;
  readonly summary: string;
  /** What comes back, in words. */
  readonly answer: string;
  readonly type?: 'application/x-ndjson' | 'text/event-stream' | 'text/html';
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** The least scope of a token; what a command line takes depends on the command, too. */
  readonly scope: ScopeNeeded;
  /** Needs nobody to be signed in. */
  readonly open?: true;
}

const get = (path: string, summary: string, answer: string, more: Partial<ApiRoute> = {}): ApiRoute => ({ method: 'GET', path, summary, answer, scope: 'read', ...more });
const post = (path: string, summary: string, answer: string, more: Partial<ApiRoute> = {}): ApiRoute => ({ method: 'POST', path, summary, answer, scope: 'full', ...more });

/** Every address below /api/: the document is made from it, and a test compares it with what the server really has. */
export const apiRoutes: readonly ApiRoute[] = [
  post('/api/command', 'Give a command in the grammar of the command line and of chat, through the same gate', 'Exit status, text, JSON form of the answer, and the run that came of it', { body: Command, scope: 'read' }),
  get('/api/runs', 'Runs that you may see, newest first', 'A list of runs'),
  get('/api/runs/:run', 'One run with its plan and every step', 'The run'),
  get('/api/runs/:run/follow', 'What happens to a run, until it ends', 'One JSON object per line; the last has kind "end"', { query: As, type: 'application/x-ndjson' }),
  get('/api/system/status/follow', 'What runs now, in KSYS\'s words, until nothing does', 'One JSON object per line; the last has kind "end"', { query: As, type: 'application/x-ndjson' }),
  get('/api/runs/:run/journal', 'The journal of one run', 'A list of entries'),
  get('/api/estate', 'Sites, hosts, host groups and VMs as they are now', 'The part of the estate that you may see'),
  post('/api/estate', 'Show what a changed estate file changes, or take it into use', 'The changes in words, and whether they were applied', { body: Apply }),
  get('/api/incidents', 'Incidents, open ones first', 'A list of incidents'),
  post('/api/events', 'Report events of another system; the same record may come again', 'How many were taken, and how many were known', { body: Events, scope: 'operate' }),
  post('/api/sources/:name', 'Events of one of the estate\'s event sources: Alertmanager, CloudEvents or plain JSON, by its kind; by its own token or signature', 'How many were taken, how many were known, and which could not be read', { open: true }),
  get('/api/journal', 'The newest entries of the journal', 'A list of entries'),
  post('/api/journal/verify', 'Check the hash chain of the whole journal', 'Whether it is whole, and where it breaks', { body: Verify, scope: 'read' }),
  post('/api/journal/erase', 'Erase what leaked into an entry of the journal, keeping its digest and the chain; operators of the provider only', 'The entry that records it, and where else the text may stand', { body: Erase }),
  get('/api/journal/export', 'The whole journal as it was hashed; operators of the provider only', 'The head, then one entry per line', { query: As, type: 'application/x-ndjson' }),
  get('/api/doctor', 'Look at everything that Lifeboat depends on; operators of the provider only', 'A list of findings with remedies', { query: As }),
  get('/api/runbooks/printed', 'Every gated runbook as it would go on paper, from today\'s estate; operators of the provider only', 'A list of plans', { query: As }),
  get('/api/outbox', 'Mail and text messages, with what became of them', 'A list of messages'),
  get('/api/outbox/message', 'The text of one message', 'Subject and text', { query: Key }),
  get('/api/outbox/html', 'The HTML part of one mail', 'The page', { query: Key, type: 'text/html' }),
  get('/api/messages', 'The messages of one of the console\'s conversations', 'Messages and how many replies each has', { query: Which }),
  post('/api/say', 'Type into a conversation of the console', 'The private answer', { body: Say, scope: 'read' }),
  post('/api/press', 'Press a button of a message in the console', 'The private answer', { body: Press, scope: 'decide' }),
  get('/api/stream', 'What changes, as it happens, for the console', 'Server-sent events', { type: 'text/event-stream' }),
  get('/api/faults', 'Failures that can be injected into a simulated estate', 'Choices, and those that are active'),
  post('/api/faults/inject', 'Break something in a simulated estate', 'What was done, in words', { body: Fault, scope: 'operate' }),
  post('/api/faults/revert', 'Mend it again', 'What was done, in words', { body: Fault, scope: 'operate' }),
  get('/api/me', 'Who you are, what you see, what waits for you', 'The person, conversations, clock'),
  post('/api/session/login', 'Sign a browser in with a one-time code', 'The person; a cookie. With link, the sign-in that the issuer just proved speaks for the person from then on', { body: SignInCode, open: true }),
  post('/api/session/send-code', 'Have a one-time code sent to your own chat account', 'The same answer for every name: that it was asked for', { body: SendCode, open: true }),
  get('/api/session/ways', 'How people sign in to the console here', 'The OpenID Connect issuer, and the identity that it proved to this browser and that nobody is linked to', { open: true }),
  post('/api/session/openid', 'Begin to sign in by OpenID Connect, or to link a sign-in to yourself', 'The address to go to; a cookie', { body: BeginOpenId, open: true }),
  get('/api/session/passkeys', 'Your passkeys', 'Their names, and whether one confirmed this session within the last five minutes'),
  post('/api/session/passkeys/begin', 'Ask for a challenge, to add a passkey or to confirm with one', 'What the browser hands to the passkey', { body: BeginPasskey }),
  post('/api/session/passkeys/add', 'Add a passkey; from the second on, only after one confirmed it', 'Its name', { body: AddPasskey }),
  post('/api/session/passkeys/prove', 'Confirm with a passkey, for five minutes', 'Done', { body: ProvePasskey }),
  post('/api/session/passkeys/remove', 'Remove a passkey, after one confirmed it', 'Its name', { body: RemovePasskey }),
  post('/api/people/offboard', 'End everything that speaks for a person; operators of the provider only', 'What was ended', { body: Offboard }),
  post('/api/people/forget-passkeys', 'Remove all passkeys of a person who lost them, over the Unix socket only', 'Their names', { body: ForgetPasskeys, open: true }),
  post('/api/session/logout', 'Sign a browser out', 'Done', { open: true }),
  post('/api/session/person', 'Act as another person, in simulated estates only', 'The person', { body: Name }),
  post('/api/session/code', 'A one-time code for yourself, for the command line or to link a chat account', 'The code and how long it is valid', { body: OwnCode }),
  post('/api/login', 'Exchange a one-time code for a token', 'The person and the token', { body: Code, open: true }),
  post('/api/logout', 'Take back the token that the request carries', 'Done', { open: true }),
  post('/api/login-code', 'A one-time code for anybody, over the Unix socket only', 'The code and how long it is valid', { body: CodeFor, open: true }),
  post('/api/tokens', 'Issue a token with a scope and an end, for a script or another machine', 'The token, which is shown this once', { body: Issue }),
  get('/api/tokens', 'Your tokens in force', 'A list of tokens, without their secrets', { query: As }),
  post('/api/tokens/revoke', 'Take a token back', 'Its name', { body: Revoke }),
  get('/api/openapi.json', 'This document', 'An OpenAPI 3.1 document', { open: true }),
];

/** An address that the table does not know takes the person's own login. */
export const scopeOfRoute = (method: string, path: string | undefined): ScopeNeeded => apiRoutes.find((route) => route.method === method && route.path === path)?.scope ?? 'full';
