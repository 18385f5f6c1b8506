import { ChannelError, neverConnected, type ChannelFailure } from '../../../ports/channel.js';

/** Teams says of these that the same request may work later (reference/platform-limits.md). */
const busy = new Set([412, 429]);
const busyMs = 2_000;

const remedies: Record<string, string> = {
  ConversationNotFound: 'The conversation is gone, or Lifeboat was removed from it. Add the app there again and say "@Lifeboat use this channel for NAME".',
  BotNotInConversationRoster: 'Lifeboat was removed from that team or chat. Add the app there again.',
  ForbiddenOperationException: 'The person has blocked or removed the app, or an administrator does not allow it. Install it again.',
  BotDisabledByAdmin: 'An administrator has switched the app off. Ask them, or unset TEAMS_APP_ID.',
  MessageSizeTooBig: 'The message is too large for Teams.',
};

/** What a reply of Teams means, in the words of the port. Names the operation, never the token or the message. `code`: of the error in the reply. */
export function refusedBy(status: number, code: string, retryAfterMs: number | null, operation: string): ChannelError {
  const fail = (failure: ChannelFailure, why: string, afterMs: number | null = null): ChannelError => new ChannelError(failure, `Teams ${operation}: ${why}`, afterMs);
  if (busy.has(status)) return fail('busy', `too many messages; trying again in ${Math.ceil((retryAfterMs ?? busyMs) / 1000)} s.`, retryAfterMs ?? busyMs);
  if (status >= 500) return fail('unreachable', `HTTP ${status}; trying again.`, retryAfterMs);
  if (code === 'ActivityNotFoundInConversation' || (status === 404 && operation !== 'post' && operation !== 'open' && code !== 'ConversationNotFound')) return fail('gone', 'the message is no longer there. It will be posted again.');
  // A secret that ran out is renewed sooner or later; messages wait for it.
  if (status === 401) return fail('unreachable', 'the app\'s token was not accepted. Check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID; messages wait.');
  return fail('refused', `HTTP ${status}${code === '' ? '' : ` ${code}`}. ${remedies[code] ?? 'Teams will not take this message as it is.'}`);
}

/** No reply at all. Only what surely was not sent may be sent again without a doubt. */
export function noReply(error: unknown, operation: string): ChannelError {
  const reason = reasonOf(error);
  if (neverConnected.has(reason)) return new ChannelError('unreachable', `Teams ${operation}: no connection (${reason}); trying again.`, null, { cause: error });
  return new ChannelError('outcome-unknown', `Teams ${operation}: no answer (${reason || 'connection lost'}); it may have happened all the same.`, null, { cause: error });
}

/** Node's fetch hides the cause one or two levels down. */
function reasonOf(error: unknown): string {
  const chain: unknown[] = [error];
  for (let at = error as { cause?: unknown; errors?: unknown[] } | undefined; at && chain.length < 6; at = chain.at(-1) as typeof at) chain.push(at.cause ?? at.errors?.[0]);
  const found = chain.find((each) => typeof (each as { code?: unknown } | null | undefined)?.code === 'string' || (each as Error | undefined)?.name === 'TimeoutError') as { code?: string; name: string } | undefined;
  return found === undefined ? '' : found.name === 'TimeoutError' ? 'timeout' : found.code!;
}

/** `Retry-After`: seconds, or a date. */
export function retryAfterMsOf(header: string | null, now: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 600_000) : null;
}
