import type { Millis, PersonName, Surface } from '../core/names.js';

/** A button. `id` is opaque: no authority and no parameters ride in it (approval-ux.md rule 1). */
export interface CardAction {
  readonly id: string;
  readonly verb: 'approve' | 'reject' | 'hold' | 'resume' | 'cancel' | 'review' | 'acknowledge' | 'revoke' | 'form';
  readonly label: string;
  readonly style: 'primary' | 'danger' | 'plain';
  readonly confirm?: { readonly title: string; readonly text: string; readonly accept: string; readonly deny: string };
}

/** One message, rendered for one surface: text is in that surface's markup and already escaped. */
export interface Card {
  /** Plain text on every surface: no platform renders markup in a heading or a subject. */
  readonly heading: string;
  /** Lines of the body. */
  readonly body: string;
  readonly actions: readonly CardAction[];
  /** Plain text for notifications, screen readers and surfaces without cards. */
  readonly text: string;
  readonly tone: 'info' | 'good' | 'warning' | 'critical' | 'drill';
  /** Identities on this surface of those who may decide: where the platform can, each is shown a view of their own instead. */
  readonly deciders?: readonly string[];
  /** Commands that the text names as the next ones, for surfaces that offer them to be tapped. */
  readonly next?: readonly string[];
  /** Mail only, and digests only: where one click ends them. */
  readonly unsubscribeUrl?: string;
}

/** Where a message goes: a conversation by its name in the estate, or one person privately. */
export type Target = { readonly kind: 'channel'; readonly channel: string } | { readonly kind: 'person'; readonly person: PersonName; readonly identity: string };

/** The platform's own address of a posted message. Plain JSON, kept for later edits. */
export interface MessageRef { readonly surface: Surface; readonly conversation: string; readonly message: string }

export type ChannelFailure =
  /** Try again after `retryAfterMs`. */
  | 'busy'
  /** No answer: it may have been posted. The key lets a repair find a duplicate. */
  | 'outcome-unknown'
  /** Try again with back-off: peer down, 5xx, connection refused. */
  | 'unreachable'
  /** Will never work as it is: no such channel, not invited, bad token. */
  | 'refused'
  /** This person takes no messages there until they say so themselves: never tried again, and the person counts as unreachable there. */
  | 'opted-out'
  /** The message to edit is gone: post it again. */
  | 'gone';

/** What Node says of a connection that was never made: nothing was sent, and it may be sent again without a doubt. */
export const neverConnected: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT']);

export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  constructor(readonly code: ChannelFailure, message: string, readonly retryAfterMs: Millis | null = null, options?: ErrorOptions) { super(message, options); }
}

/** Outgoing side of one chat platform. @throws ChannelError */
export interface Channel {
  readonly surface: Surface;
  /** Receipts tell what becomes of each message: one that none proves goes to the person's next place. */
  readonly proves?: boolean;
  /** `key` is ours and stays the same over retries; it rides along as metadata where the platform allows. `thread`: reply under that message. */
  post(target: Target, card: Card, options: { readonly key: string; readonly thread?: MessageRef }): Promise<MessageRef>;
  update(ref: MessageRef, card: Card): Promise<void>;
  /** Takes a second copy of a message of ours away. Absent: this platform cannot. */
  remove?(ref: MessageRef): Promise<void>;
  /** Calls back with each message of ours that the platform itself shows to exist, by an event or a press on it, rather than by the answer to `post`. Returns how to stop. */
  onSeen?(seen: (key: string, ref: MessageRef) => void): () => void;
}

/** What a driver hands in after it verified the platform's signature. Same path for command, button, mention. */
export interface Inbound {
  readonly surface: Surface;
  /** The platform's identity: `T123/U456`. */
  readonly identity: string;
  /** How the platform shows the person, for refusals only. */
  readonly displayName: string | null;
  /** Where it was typed: the platform's conversation id. */
  readonly conversation: string | null;
  /** Our own key for de-duplication: the same delivery twice is one act. */
  readonly deliveryId: string;
  /** A passkey of the person confirmed it within the last five minutes, in this browser. */
  readonly steppedUp?: true;
  /** The estate's name of that conversation, where the driver knows it: help and forms keep to the tenant whose it is. */
  readonly place?: string;
}

/** Implemented by chatops; drivers know nothing else of Lifeboat. Never throws: every answer is a card. */
export interface InboundHandler {
  command(from: Inbound, text: string): Promise<InboundReply>;
  /** A click. The answer is private to the person. */
  action(from: Inbound, actionId: string): Promise<InboundReply>;
}

export interface InboundReply {
  /** Shown to the person alone; null: the change of the shared message says it all. */
  readonly card: Card | null;
  /** Exit status as ksysmgr's: 0 success, 1 error, 2 not found, 3 missing input, 4 incorrect input. */
  readonly status: number;
  /** What was asked for is a form: the surface shows it instead of the card. */
  readonly form?: Form;
  /** A form that was sent off and cannot be taken as it is: what is wrong, by the name of each field. The card says the same, for a form that is closed by now. */
  readonly errors?: Readonly<Record<string, string>>;
}

export const formNames = ['move', 'drill', 'silence', 'maintenance', 'break-glass'] as const;
export type FormName = (typeof formNames)[number];

export interface FormOption { readonly value: string; readonly label: string }

/** Labels and hints are plain text. */
export type FormField = { readonly name: string; readonly label: string; readonly hint: string | null; readonly required: boolean } & (
  /** `many`: any number of them, each once. */
  | { readonly kind: 'choice'; readonly many: boolean; readonly options: readonly FormOption[]; readonly initial: string | null }
  | { readonly kind: 'text'; readonly lengthMax: number; readonly long: boolean }
  /** Its value is a moment in UTC: `2026-11-23T02:00Z`. */
  | { readonly kind: 'date-time' });

/** A command to fill in, cut to what its reader may ask for: sending it off is typing the command. */
export interface Form {
  readonly name: FormName;
  /** What it is about, such as a run; null: nothing in particular. */
  readonly about: string | null;
  readonly title: string;
  /** What happens when it is sent off. Plain text. */
  readonly text: string;
  readonly fields: readonly FormField[];
  readonly submit: string;
  /** The line that asks for the same, with an example filled in: for whom the form comes too late. */
  readonly typed: string;
}

/** By the name of each field; a choice of many holds a list. What was left empty is absent. */
export type FormValues = Readonly<Record<string, string | readonly string[]>>;

/** For surfaces that have forms and a page of each person's own. Never throws, like the rest. */
export interface DialogHandler extends InboundHandler {
  /** The reply holds the form, or says why there is none. Nothing is done. */
  form(from: Inbound, name: FormName, about: string | null): Promise<InboundReply>;
  /** Read strictly, then typed: the same grammar, door and checks as a line. */
  submit(from: Inbound, name: FormName, about: string | null, values: FormValues): Promise<InboundReply>;
  /** What concerns this person now, most urgent first. */
  home(from: Inbound): Promise<readonly Card[]>;
}

/** For surfaces on which one message looks different to each reader, and whose conversations have no name of their own. Implemented by chatops; never throws. */
export interface ConversationHandler {
  /** This person's view of what a button is about. Nothing happens and nothing is written. null: there is none for this person. */
  personal(from: Inbound, actionId: string): Promise<Card | null>;
  /** May this person say that a conversation is a channel of the estate, or is one no more? Whoever is in it reads everything that goes there. A yes is journalled. */
  mayPlace(from: Inbound, channel: string, wish: 'use' | 'stop'): Promise<{ readonly may: boolean; readonly card: Card }>;
}
