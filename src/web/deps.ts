import type { FastifyBaseLogger } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, Caller } from '../core/answer.js';
import type { Diagnosis } from '../core/diagnosis.js';
import type { Person } from '../core/estate.js';
import type { Json, Millis, Surface } from '../core/names.js';
import type { PrintedPlan } from '../core/printed-plan.js';
import type { Desk } from '../desk/desk.js';
import type { Ingest } from '../notify/ingest.js';
import type { Channel, InboundHandler } from '../ports/channel.js';
import type { Clock } from '../ports/clock.js';
import type { EraseFromJournal } from '../ports/erase.js';
import type { Journal } from '../ports/journal.js';
import type { OnceStore } from '../ports/once.js';
import type { Outbox, OutboxRow, Receipt } from '../ports/outbox.js';
import type { Secrets } from '../ports/secrets.js';
import type { SmsDoor, SmsMessage } from '../ports/sms.js';
import type { LiveState } from '../ports/state.js';
import type { WebConversationStore } from '../ports/web-conversation.js';
import type { FaultInjector } from '../ports/world.js';

/** The part of Keyv that sessions and tokens need. `ttl` in milliseconds. */
export interface KeyValues {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttl?: Millis): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** An OpenID Connect issuer that signs people in to the console. `claim` names who somebody is, by something that never goes to another person. */
export interface OpenIdSettings { readonly issuer: string; readonly clientId: string; readonly clientSecret: string; readonly claim: string }

export interface Check { readonly name: string; readonly ok: boolean; readonly says: string }

/** A kept message as it would have gone out. */
export interface KeptMessage { readonly subject: string; readonly text: string; readonly html: string | null }

/** What a changed estate file would change or has changed, in words; or why it cannot be. */
export type EstateAnswer = { readonly ok: true; readonly applied: boolean; readonly changes: readonly string[] } | { readonly ok: false; readonly code: string; readonly what: string; readonly next: string; readonly command: string | null };
/** `file` names the text for messages; `apply: false` only shows. @throws JournalError */
export type ApplyEstate = (text: string, file: string, apply: boolean, person: Person) => Promise<EstateAnswer>;

/** What the console and the HTTP API need from the rest of Lifeboat. */
export interface WebDeps {
  /** Of Lifeboat, for the API's document. */
  readonly version: string;
  readonly live: LiveState;
  readonly desk: Pick<Desk, 'command' | 'approversOf'>;
  /** An answer in plain text and as `--json` prints it. */
  describe(answer: Answer, caller: Caller): Promise<{ readonly text: string; readonly json: Json }>;
  readonly inbound: InboundHandler;
  /** Takes in the records of another system's event log. */
  readonly ingest: Ingest;
  /** What the doors of event sources need: values of `env:NAME`, and a count of what they refuse. Absent: nobody gets in. */
  readonly sources?: { secret(variable: string): string | undefined; refused(why: string): void };
  readonly applyEstate: ApplyEstate;
  readonly conversations: WebConversationStore;
  readonly outbox: Pick<Outbox, 'list'>;
  renderKept(row: OutboxRow): Promise<KeptMessage>;
  readonly journal: Pick<Journal, 'append' | 'read' | 'verify'>;
  readonly erase: EraseFromJournal;
  /** null outside simulated estates. */
  readonly faults: FaultInjector | null;
  /** Estate time, and how many estate seconds pass in a real one. */
  estateClock(): { readonly now: Millis; readonly rate: number };
  readonly clock: Clock;
  /** Two stores of their own: web sessions, and the tokens of `lifeboat`'s callers. */
  readonly sessions: KeyValues;
  readonly tokens: KeyValues;
  /** Chats that reach one person privately, by surface; empty while none is configured. */
  readonly directChannels: ReadonlyMap<Surface, Pick<Channel, 'post'>>;
  /** Sign-ins under way. */
  readonly signIns: KeyValues;
  /** How often each passkey was used, by its id: the device's own count. */
  readonly passkeyCounters: KeyValues;
  /** null: people sign in by one-time codes only. */
  readonly openId: OpenIdSettings | null;
  readonly once: OnceStore;
  /** Bolt's `receiver.requestListener`: gets the raw request, so that the signature covers what was sent. */
  readonly slackListener?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Text messages that people send back, and what became of ours; absent where no gateway hands them in. */
  readonly sms?: { readonly doors: readonly SmsDoor[]; reply(message: SmsMessage): Promise<string>; receipt(receipt: Receipt, optedOut: string | null): Promise<void> };
  /** The links at the end of digests; absent where there is no mail. */
  readonly unsubscribe?: { known(token: string): Promise<boolean>; leave(token: string): Promise<boolean> };
  /** Gets the raw requests of Teams: its tokens are checked before anything else. */
  readonly teamsListener?: (request: IncomingMessage, response: ServerResponse) => void;
  metrics(): Promise<string>;
  ready(): Promise<{ readonly ok: boolean; readonly checks: readonly Check[] }>;
  /** The whole journal as lines of newline-delimited JSON, each with its line end; `lifeboat journal verify FILE` reads them. */
  exportJournal(): AsyncIterable<string>;
  /** Every gated runbook as it would go on paper; changes nothing. */
  printPlans(): Promise<readonly PrintedPlan[]>;
  /** Looks at everything that Lifeboat depends on; changes nothing. */
  diagnose(): Promise<readonly Diagnosis[]>;
  readonly secrets: Pick<Secrets, 'redact'>;
  readonly logger: FastifyBaseLogger;
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** The address people use when a proxy stands in front, `https://lifeboat.example`. */
  readonly publicUrl?: string;
}
