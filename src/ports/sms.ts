import type { Channel } from './channel.js';
import type { Receipt } from './outbox.js';

/** One gateway for text messages: how they go out, and how it hands in what comes back. */
export interface SmsGateway {
  readonly channel: Channel;
  /** Where it calls us; empty: it tells us nothing. */
  readonly doors: readonly SmsDoor[];
}

/** A call of the gateway as it came. `url` is path and query; `body` is the text itself, so that a signature covers what was sent. */
export interface SmsCall { readonly url: string; readonly query: Readonly<Record<string, unknown>>; readonly headers: Readonly<Record<string, string | string[] | undefined>>; readonly body: string }

export interface SmsMessage {
  /** International form, `+15550001111`. */
  readonly from: string;
  readonly text: string;
  /** The gateway's own id of it, or null: two equal messages of one number within a minute are then one. */
  readonly id: string | null;
}

/** What the gateway tells. `optedOut`: the number takes nothing from us any more. */
export type SmsHeard =
  | { readonly kind: 'message'; readonly message: SmsMessage }
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly optedOut: string | null }
  /** On its way still: nothing to note. */
  | { readonly kind: 'nothing' }
  /** 401: not proven to be the gateway. 400: it is, and cannot be understood. Nothing was looked at. */
  | { readonly kind: 'refused'; readonly status: 400 | 401; readonly code: string; readonly what: string; readonly next: string };

export interface SmsDoor {
  readonly method: 'GET' | 'POST';
  /** Below our own address: `/sms/kannel`. */
  readonly path: string;
  /** Proves the caller first, then reads strictly. Never throws. */
  hear(call: SmsCall): SmsHeard;
  /** The answer to the phone in the form that this gateway sends on; empty text: nothing goes back. */
  reply(text: string): { readonly type: string; readonly body: string };
}
