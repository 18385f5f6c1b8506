import type { ExternalAction } from '../../../core/estate.js';
import type { ActionOutcome } from '../../../ports/external-actions.js';
import type { Secrets } from '../../../ports/secrets.js';
import { fillText, shortened } from './fill.js';

/** Failures before anything was sent: nothing happened. */
const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

const answerMaxBytes = 10_000;

/** As much of an answer as a person may want to see; the rest is not waited for. */
async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  // Leaving the loop ends the transfer.
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk.subarray(0, answerMaxBytes - bytes), { stream: true });
    bytes += chunk.length;
    if (bytes >= answerMaxBytes) break;
  }
  return text;
}

/** Redirects are not followed: an allow-listed address stays the address. */
export async function callHttp(action: Extract<ExternalAction, { kind: 'http' }>, parameters: { readonly [name: string]: string }, key: string, secrets: Secrets, signal: AbortSignal): Promise<ActionOutcome> {
  const headers: Record<string, string> = { 'idempotency-key': key };
  for (const [name, value] of Object.entries(action.headers)) {
    const secret = /^env:(.+)$/.exec(value)?.[1];
    const known = secret === undefined ? value : secrets.get(secret);
    if (known === undefined) return { kind: 'failed', saw: `the environment has no ${secret}, which the header ${name} needs; nothing was sent` };
    headers[name.toLowerCase()] = secret === undefined ? fillText(known, parameters) : known;
  }
  if (action.body !== null) headers['content-type'] ??= 'application/json';
  try {
    const response = await fetch(fillText(action.url, parameters, encodeURIComponent), { method: action.method, headers, redirect: 'manual', signal, ...(action.body === null ? {} : { body: fillText(action.body, parameters) }) });
    const said = shortened(await beginningOf(response), secrets.redact);
    return { kind: action.expect.includes(response.status) ? 'succeeded' : 'failed', saw: `HTTP ${response.status}${said === '' ? '' : `: ${said}`}` };
  } catch (error) {
    const code = (error as { readonly cause?: { readonly code?: string } }).cause?.code;
    if (code !== undefined && neverSent.includes(code)) return { kind: 'failed', saw: `no connection (${code}); nothing was sent` };
    return { kind: 'unknown', saw: signal.aborted ? 'no answer in time' : `the connection broke (${code ?? (error instanceof Error ? error.message : String(error))})` };
  }
}
