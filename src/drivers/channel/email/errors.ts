import { ChannelError, type ChannelFailure } from '../../../ports/channel.js';

interface MailFault { readonly code?: string; readonly responseCode?: number; readonly response?: string; readonly message?: string }

/** 4xx and silence: again; 5xx: never as it is. Silence after the text: nobody knows whether it went (reference/platform-limits.md). */
export function toChannelError(error: unknown, textWasOut = false): ChannelError {
  const { code, responseCode, response, message } = error as MailFault;
  const said = (response ?? message ?? String(error)).split('\n')[0]!;
  const words = responseCode === undefined ? `The mail server could not be reached: ${said}${/certificate/i.test(said) ? '. Nothing was sent. Renew the certificate, or name the authority that vouches for it at the start: NODE_EXTRA_CA_CERTS=/path/to/ca.pem' : ''}` : `The mail server answered: ${said}`;
  return new ChannelError(meaningOf(code, responseCode, textWasOut), words, null, { cause: error });
}

function meaningOf(code: string | undefined, responseCode: number | undefined, textWasOut: boolean): ChannelFailure {
  // A wrong password may be mended while mail waits: it is tried again, not given up.
  if (code === 'EAUTH') return 'unreachable';
  if (responseCode !== undefined) return responseCode >= 500 ? 'refused' : 'unreachable';
  // No server was asked: the address itself is wrong.
  if (code === 'EENVELOPE') return 'refused';
  return textWasOut ? 'outcome-unknown' : 'unreachable';
}

/** It is the server that fails, not this message: not there, our login refused, or closing down (421). What it says of a recipient is about the recipient. */
export const isServersFault = (error: unknown): boolean => {
  const { code, responseCode } = error as MailFault;
  return code === 'EAUTH' || responseCode === 421 || (responseCode === undefined && code !== 'EENVELOPE');
};
/** "Try again later" about a message: greylisting, or a server that is stuck. */
export const isPutOff = (error: unknown): boolean => { const { responseCode } = error as MailFault; return responseCode !== undefined && responseCode >= 400 && responseCode < 500; };
