import type { Answer, Caller } from '../core/answer.js';
import type { RunId } from '../core/names.js';

export type DecisionVerb = 'approve' | 'reject' | 'hold' | 'resume' | 'cancel' | 'review' | 'acknowledge' | 'revoke';

/** A pressed button, looked up by its opaque id. `epoch` is the plan's at the time the button was shown. */
export interface Press { readonly verb: DecisionVerb; readonly subject: string; readonly epoch: number; /** The host attested dead by pressing, where the card said so. */ readonly attest: string | null }

/** The one door: chat, CLI, web, e-mail and SMS call the same two functions. Never throws: every call gets an answer. */
export interface Desk {
  /** A line in ksysmgr's grammar (reference/ksys.md section 3), with or without its prefix. */
  command(caller: Caller, line: string): Promise<Answer>;
  /** `subject` is a run (`R-12`) or an incident (`I-3`). */
  press(caller: Caller, press: Press): Promise<Answer>;
  /** People who could still approve a run now, for cards and private requests. */
  approversOf(run: RunId): { readonly person: string; readonly may: boolean; readonly why: string }[];
}
