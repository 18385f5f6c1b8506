import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HTTPReceiver } from '@slack/bolt';
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

type Guard = (headers: IncomingMessage['headers'], body: Buffer) => Promise<GuardFailure | null>;

/** Reads the body, asks the guard, and only then hands the request to Bolt, which verifies it once more. */
export function createRequestListener(receiver: HTTPReceiver, guard: Guard, log: SlackLog): (request: IncomingMessage, response: ServerResponse) => void {
  const refuse = (response: ServerResponse, status: number, why: string): void => {
    log.warn({ status }, `A request to /slack/events was refused: ${why}. Nothing was done.`);
    if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`Refused: ${why}.\n`);
  };
  return (request, response) => {
    void (async () => {
      if (request.method !== 'POST') { refuse(response, 405, 'only POST is understood here'); return; }
      const body = await readBody(request, bodyMaxBytes);
      if (!body) { refuse(response, 413, 'it is larger than 1 MB'); return; }
      const failure = await guard(request.headers, body);
      if (failure) { refuse(response, 401, reasons[failure]); return; }
      const kind = kindOfRequest(body.toString(), request.headers['content-type']);
      if (kind === 'unreadable') { refuse(response, 400, 'it is nothing that Slack sends'); return; }
      if (kind === 'other') { response.writeHead(200).end(); return; }
      Object.assign(request, { rawBody: body });
      receiver.requestListener(request, response);
    })().catch((error: unknown) => refuse(response, 400, error instanceof Error ? error.message : 'it could not be read'));
  };
}
