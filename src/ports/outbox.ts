import type { Millis, Surface, TenantName } from '../core/names.js';
import type { MessageRef, Target } from './channel.js';

/** What a message is about; it is rendered from the journal's state when it is sent, never stored as text. */
export interface Subject {
  /** Name of a view: `run`, `approval-request`, `story`, `incident`, `notification`. */
  readonly view: string;
  /** `R-12`, `I-3`. */
  readonly id: string;
  /** The journal entry that made it wanted. */
  readonly seq: number;
}

/** A message that should exist. Editable ones keep (wanted, shown) versions, not a queue of edits (DESIGN.md section 7). */
export interface Wanted {
  /** Ours, stable, unique: `run:R-12/slack/cluster01`. Rides along as metadata, so that a duplicate is recognisable. */
  readonly key: string;
  readonly surface: Surface;
  readonly target: Target;
  /** Key of the message whose thread it belongs to; sent after that one. */
  readonly threadKey: string | null;
  readonly subject: Subject;
  readonly tenant: TenantName | null;
  /** Version: the journal `seq` it should show. Only grows. */
  readonly wanted: number;
  /** false: sent once (mail, SMS, thread line). */
  readonly editable: boolean;
  /** Claimed before all that is not. Nothing in a thread: its lines keep their order. */
  readonly urgent?: true | undefined;
}

/** `sent` is handed over, and no more than that; `delivered` is proven by a receipt. */
export type DeliveryStatus = 'queued' | 'sent' | 'delivered' | 'failed' | 'kept';

export interface OutboxRow extends Wanted {
  readonly shown: number;
  readonly ref: MessageRef | null;
  /** Where the message of `threadKey` was posted; null while it is not, was only kept, or there is no thread. */
  readonly threadRef: MessageRef | null;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: Millis;
  readonly sentAt: Millis | null;
  /** Its surface tells by receipts what becomes of a message: `sent` alone says little of it. */
  readonly provable: boolean;
  readonly deliveredAt: Millis | null;
  /** Key of the message with which the person was tried elsewhere; null: not tried elsewhere. */
  readonly fellOverTo: string | null;
}

/** What a platform says became of a message after it took it. Comes late, twice, out of order, or never. */
export interface Receipt {
  readonly surface: Surface;
  /** Our key, or the platform's own id of the message. */
  readonly of: { readonly key: string } | { readonly message: string };
  readonly became: 'delivered' | 'failed';
  /** In words for people; null with a delivery. */
  readonly why: string | null;
}

/** Whose turn it is: a platform limits each conversation for itself, and a thread belongs to its conversation. */
export const conversationOf = (target: Target): string => (target.kind === 'channel' ? target.channel : target.identity);

export interface Setback {
  /** The platform lost the message; post anew. */
  readonly forgetRef?: boolean;
  /** An edit that nobody answered may still be applied, after a newer one: the newest is shown once more, no sooner than this. */
  readonly settleInMs?: Millis;
  /** The platform cannot be reached: later lines of the same thread wait for this one, so that the story keeps its order. */
  readonly holdsThread?: boolean;
}

/** A second message under a key: its post was not answered, so it was posted again. */
export interface Copy { readonly key: string; readonly ref: MessageRef; /** Ours, as `conversationOf` names it. */ readonly conversation: string; readonly attempts: number }

/** Durable. Rows are written together with the cursor over the journal: each committed entry has its messages exactly once. */
export interface Outbox {
  /** Last journal `seq` that this consumer has turned into rows; 0 at first. */
  cursor(consumer: string): Promise<number>;
  /** One transaction: upserts rows (`wanted` only grows, a `failed` row becomes queued again when it does) and moves the cursor from `from` to `to`. False, and nothing done, when the cursor is not at `from` (another node was faster). */
  want(rows: readonly Wanted[], move: { readonly consumer: string; readonly from: number; readonly to: number }): Promise<boolean>;
  /** Takes due rows, urgent ones first, then in the order wanted (wanted > shown or to settle, not before their next try, their thread's parent already posted, no earlier line of it held up, their conversation not paused) under a lease; another node may take them when it ends. */
  claim(surface: Surface, limit: number, leaseMs: Millis, owner: string): Promise<OutboxRow[]>;
  /** `pauseMs`: the next edit of this message waits at least so long; the last state always arrives. Where the row has another `ref` already, this one is a copy, and the row's own, if it is editable, is shown anew. `provable`: a receipt is to follow. */
  sent(key: string, version: number, ref: MessageRef, pauseMs?: Millis, provable?: boolean): Promise<void>;
  /** A delivery stands for good; a failure makes a dead letter of what was sent, so that the person is tried elsewhere. False: no such message, or nothing that was not known. Safe to repeat. */
  receipt(receipt: Receipt): Promise<boolean>;
  /** `retryInMs: null`: dead letter, visible and re-sendable. Nothing, where another node delivered it meanwhile. */
  failed(key: string, why: string, retryInMs: Millis | null, setback?: Setback): Promise<void>;
  /** The platform said how long a conversation is to be left alone; every node keeps to it. */
  pause(surface: Surface, conversation: string, ms: Millis): Promise<void>;
  /** Gives a claimed row back without a try, since its conversation is paused. */
  release(key: string): Promise<void>;
  /** No transport is configured: shown in the console, never sent. */
  kept(key: string, version: number): Promise<void>;
  /** The platform showed a message of ours. One that nobody answered for is the row's own from now on; one beside the row's own is a copy. */
  seen(key: string, ref: MessageRef): Promise<void>;
  /** Takes copies to remove under a lease, none of a conversation that rests. */
  copies(surface: Surface, limit: number, leaseMs: Millis): Promise<Copy[]>;
  /** The copy is gone, or (`retryInMs`) is tried again. */
  copyDone(ref: MessageRef, retryInMs?: Millis): Promise<void>;
  /** Messages to one person that reached nobody within `afterMs`, or never will, or that no receipt proved within `proofMs` of being sent, each until it fell over. */
  overdue(afterMs: Millis, limit: number, proofMs?: Millis): Promise<OutboxRow[]>;
  /** The row goes to another place as well; nothing, where it did already or that place has a row. `to: null`: there is no other. */
  fallOver(key: string, to: Wanted | null): Promise<void>;
  /** A dead letter is tried again at once, with all its tries. False: there is no dead letter with this key. */
  again(key: string): Promise<boolean>;
  /**
   * The newest first, 200 unless `limit` says otherwise. `unprovenMs`: sent so long ago, where receipts exist, and never proven. `fellOver`: tried elsewhere as well. `about`: all messages of one view about one thing.
   * `receiptsWithinMs`: those that a receipt can prove, sent or proven no longer ago than that.
   */
  list(filter: { readonly surface?: Surface; readonly status?: DeliveryStatus; readonly limit?: number; readonly unprovenMs?: Millis; readonly fellOver?: true; readonly about?: Pick<Subject, 'view' | 'id'>; readonly receiptsWithinMs?: Millis }): Promise<OutboxRow[]>;
}
