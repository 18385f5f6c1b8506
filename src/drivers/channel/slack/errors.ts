import { ChannelError, neverConnected, type ChannelFailure } from '../../../ports/channel.js';

const gone = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);
const later = new Set(['internal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org', 'accesslimited']);
/** Slack says of these that a part may have happened. */
const unsure = new Set(['fatal_error']);

const remedies: Record<string, string> = {
  channel_not_found: 'No such channel, or it is private and Lifeboat is not in it. Check the name in the estate file and type "/invite @Lifeboat" there.',
  not_in_channel: 'Lifeboat is not in that channel. Type "/invite @Lifeboat" there.',
  is_archived: 'The channel is archived. Name another one in the estate file.',
  invalid_auth: 'Slack does not accept the bot token. Put the current one into SLACK_BOT_TOKEN and start again.',
  token_revoked: 'The bot token was revoked. Install the app again and put the new token into SLACK_BOT_TOKEN.',
  account_inactive: 'The app was removed from the workspace. Install it again and put the new token into SLACK_BOT_TOKEN.',
  missing_scope: 'The app lacks a permission. Compare its scopes with docs/slack-manifest.yaml and install it again.',
};

/** What went wrong at Slack, in the words of the port. Names the method, never the token or the message. */
export function toChannelError(error: unknown, method: string): ChannelError {
  const fail = (code: ChannelFailure, why: string, retryAfterMs: number | null = null): ChannelError => new ChannelError(code, `Slack ${method}: ${why}`, retryAfterMs);
  const { code = '', data, original, retryAfter, statusCode } = (error ?? {}) as { code?: string; data?: { error?: string; needed?: string; response_metadata?: { retryAfter?: number } }; original?: Error; retryAfter?: number; statusCode?: number };
  if (code === 'slack_webapi_rate_limited_error') return fail('busy', `too many messages; trying again in ${retryAfter ?? 30} s.`, (retryAfter ?? 30) * 1000);
  if (code === 'slack_webapi_platform_error') {
    const name = data?.error ?? 'unknown_error';
    if (name === 'ratelimited' || name === 'rate_limited') return fail('busy', 'too many messages.', (data?.response_metadata?.retryAfter ?? 30) * 1000);
    if (gone.has(name)) return fail('gone', `the message is no longer there (${name}). It will be posted again.`);
    if (unsure.has(name)) return fail('outcome-unknown', `${name}; it may have happened all the same.`);
    if (later.has(name)) return fail('unreachable', `${name}; trying again.`);
    return fail('refused', `${name}. ${remedies[name] ?? 'Slack will not take this message as it is.'}${data?.needed ? ` Needed: ${data.needed}.` : ''}`);
  }
  if (code === 'slack_webapi_http_error') return statusCode === 429 ? fail('busy', 'too many messages.', 30_000) : statusCode !== undefined && statusCode >= 500 ? fail('unreachable', `HTTP ${statusCode}; trying again.`) : fail('refused', `HTTP ${statusCode ?? '?'}. Is SLACK_API_URL right?`);
  // Web API 8.2 gives a rate limit without Retry-After as a bare Error.
  if (error instanceof Error && error.message.startsWith('Retry header')) return fail('busy', 'too many messages.', 30_000);
  const reason = reasonOf(original ?? error);
  if (neverConnected.has(reason)) return fail('unreachable', `no connection (${reason}); trying again.`);
  return fail('outcome-unknown', `no answer (${reason || 'connection lost'}); it may have happened all the same.`);
}

/** Node's fetch hides the cause two levels down. */
function reasonOf(error: unknown): string {
  let at = error as { code?: unknown; name?: unknown; cause?: unknown; errors?: unknown[] } | null | undefined;
  for (let depth = 0; at !== null && typeof at === 'object' && depth < 6; depth++) {
    if (typeof at.code === 'string' && at.code !== 'slack_webapi_request_error') return at.code;
    if (at.name === 'TimeoutError') return 'timeout';
    at = (at.cause ?? at.errors?.[0]) as typeof at;
  }
  return '';
}

/** Node's fetch, whose failure carries its reason as `code` at the top: the Web client keeps no more of it than that. */
export const fetchWithReason: typeof fetch = async (input, init) => {
  try {
    return await fetch(input, init);
  } catch (error) {
    throw Object.assign(new Error('The request to Slack failed.', { cause: error }), { code: reasonOf(error) });
  }
};
