import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HTTPReceiver } from '@slack/bolt';
import type { Millis } from '../../../core/names.js';
import type { GuardFailure } from './guard.js';
import type { SlackLog } from './log.js';
import { kindOfRequest } from './payloads.js';
import { readBody } from './read-body.js';

const bodyMaxBytes = 1_000_000;
const reasons: Record<GuardFailure, string> = {
  'no-signature': 'it carries no Slack signature',
  'too-old': 'its time stamp is more than five minutes old',
  'from-the-future': 'its time stamp is more than five minutes ahead: check the clock of this machine',
  'wrong-signature': 'its signature does not fit SLACK_SIGNING_SECRET',
  replayed: 'the same request came before',
};

/** Why a request was refused before anybody knew who sent it; for the counter. */
export type Refused = GuardFailure | 'method' | 'too-large' | 'unreadable' | 'broken';
const logEveryMs: Millis = 60_000;

type Guard = (headers: IncomingMessage['headers'], body: Buffer) => Promise<GuardFailure | null>;

export interface RequestListenerOptions { readonly receiver: HTTPReceiver; readonly guard: Guard; readonly log: SlackLog; readonly now: () => Millis; readonly refused: (why: Refused) => void }

/** Reads the body, asks the guard, and only then hands the request to Bolt, which verifies it once more. */
export function createRequestListener({ receiver, guard, log, now, refused }: RequestListenerOptions): (request: IncomingMessage, response: ServerResponse) => void {
  /** Anybody can send requests that are refused: each is counted, and the log has one line a minute of each kind. */
  const told = new Map<Refused, { at: Millis; since: number }>();
  const refuse = (response: ServerResponse, status: number, kind: Refused, why: string): void => {
    refused(kind);
    const before = told.get(kind) ?? { at: -Infinity, since: 0 };
    if (now() - before.at >= logEveryMs) {
      log.warn({ status, ...(before.since === 0 ? {} : { moreSince: before.since }) }, `A request to /slack/events was refused: ${why}. Nothing was done.`);
      told.set(kind, { at: now(), since: 0 });
    } else before.since += 1;
    if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`Refused: ${why}.\n`);
  };
  return (request, response) => {
    void (async () => {
      if (request.method !== 'POST') { refuse(response, 405, 'method', 'only POST is understood here'); return; }
      const body = await readBody(request, bodyMaxBytes);
      if (!body) { refuse(response, 413, 'too-large', 'it is larger than 1 MB'); return; }
      const failure = await guard(request.headers, body);
      if (failure) { refuse(response, 401, failure, reasons[failure]); return; }
      const kind = kindOfRequest(body.toString(), request.headers['content-type']);
      if (kind === 'unreadable') { refuse(response, 400, 'unreadable', 'it is nothing that Slack sends'); return; }
      if (kind === 'other') { response.writeHead(200).end(); return; }
      Object.assign(request, { rawBody: body });
      receiver.requestListener(request, response);
    })().catch((error: unknown) => refuse(response, 400, 'broken', error instanceof Error ? error.message : 'it could not be read'));
  };
}
