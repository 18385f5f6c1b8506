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
}

export type DeliveryStatus = 'queued' | 'sent' | 'failed' | 'kept';

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
}

/** Durable. Rows are written together with the cursor over the journal: each committed entry has its messages exactly once. */
export interface Outbox {
  /** Last journal `seq` that this consumer has turned into rows; 0 at first. */
  cursor(consumer: string): Promise<number>;
  /** One transaction: upserts rows (`wanted` only grows, a `failed` row becomes queued again when it does) and moves the cursor from `from` to `to`. False, and nothing done, when the cursor is not at `from` (another node was faster). */
  want(rows: readonly Wanted[], move: { readonly consumer: string; readonly from: number; readonly to: number }): Promise<boolean>;
  /** Takes due rows (wanted > shown, not before their next try, their thread's parent already posted) under a lease; another node may take them when it ends. */
  claim(surface: Surface, limit: number, leaseMs: Millis, owner: string): Promise<OutboxRow[]>;
  /** `pauseMs`: the next edit of this message waits at least so long; the last state always arrives. */
  sent(key: string, version: number, ref: MessageRef, pauseMs?: Millis): Promise<void>;
  /** `retryInMs: null`: dead letter, visible and re-sendable. `forgetRef`: the platform lost the message; post anew. Nothing, where another node delivered it meanwhile. */
  failed(key: string, why: string, retryInMs: Millis | null, forgetRef?: boolean): Promise<void>;
  /** No transport is configured: shown in the console, never sent. */
  kept(key: string, version: number): Promise<void>;
  list(filter: { readonly surface?: Surface; readonly status?: DeliveryStatus; readonly limit?: number }): Promise<OutboxRow[]>;
}
