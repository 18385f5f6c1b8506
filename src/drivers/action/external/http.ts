import type { ExternalAction } from '../../../core/estate.js';
import type { ActionOutcome } from '../../../ports/external-actions.js';
import type { Secrets } from '../../../ports/secrets.js';
import { fillText, shortened } from './fill.js';

/** Failures before anything was sent: nothing happened. */
const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** Redirects are not followed: an allow-listed address stays the address. */
export async function callHttp(action: Extract<ExternalAction, { kind: 'http' }>, parameters: { readonly [name: string]: string }, key: string, secrets: Pick<Secrets, 'get'>, signal: AbortSignal): Promise<ActionOutcome> {
  const headers: Record<string, string> = { 'idempotency-key': key };
  for (const [name, value] of Object.entries(action.headers)) {
    const secret = /^env:(.+)$/.exec(value)?.[1];
    const known = secret === undefined ? value : secrets.get(secret);
    if (known === undefined) return { kind: 'failed', saw: `the environment has no ${secret}, which the header ${name} needs; nothing was sent` };
    headers[name.toLowerCase()] = known;
  }
  if (action.body !== null) headers['content-type'] ??= 'application/json';
  try {
    const response = await fetch(fillText(action.url, parameters, encodeURIComponent), { method: action.method, headers, redirect: 'manual', signal, ...(action.body === null ? {} : { body: fillText(action.body, parameters) }) });
    const said = shortened((await response.text()).slice(0, 10_000));
    return { kind: action.expect.includes(response.status) ? 'succeeded' : 'failed', saw: `HTTP ${response.status}${said === '' ? '' : `: ${said}`}` };
  } catch (error) {
    const code = (error as { readonly cause?: { readonly code?: string } }).cause?.code;
    if (code !== undefined && neverSent.includes(code)) return { kind: 'failed', saw: `no connection (${code}); nothing was sent` };
    return { kind: 'unknown', saw: signal.aborted ? 'no answer in time' : `the connection broke (${code ?? (error instanceof Error ? error.message : String(error))})` };
  }
}
