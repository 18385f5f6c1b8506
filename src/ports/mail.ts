/** Mail that came in, read at the edge: whose it is proven to be, and what is new in it. */
export interface InboundMail {
  /** With its angle brackets. */
  readonly messageId: string;
  /** The one sender of the From header, in small letters. */
  readonly from: string;
  readonly subject: string;
  /** null: a DKIM signature of the sender's own domain passes. Otherwise why nobody can be sure, in words for the sender. */
  readonly unproven: string | null;
  /** Written by a machine, a list or a holiday notice: answering it could go round for ever (RFC 3834). */
  readonly automatic: boolean;
  /** What stands above the quote. */
  readonly text: string;
  /** A mail server's report of one of ours; null: it is none. */
  readonly bounce: { readonly key: string | null; readonly messageId: string | null; readonly failed: boolean; readonly why: string } | null;
}
