import { request } from 'node:http';
import { DriverError, type DriverFailure } from '../../../ports/world.js';

export interface WorldClient { call<T>(method: string, args: readonly unknown[], signal?: AbortSignal): Promise<T> }

/** Speaks to the world's process. An answer that does not come says nothing about what happened there. */
export function createWorldClient(socketPath: string): WorldClient {
  return {
    call: (method, args, signal) => new Promise((resolve, reject) => {
      const text = JSON.stringify({ method, args });
      const call = request({ socketPath, method: 'POST', path: '/', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }, ...(signal ? { signal } : {}) }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', (cause) => reject(lost(cause, signal)));
        response.on('end', () => {
          try {
            const answer = JSON.parse(Buffer.concat(parts).toString('utf8')) as { ok: boolean; value: never; code: DriverFailure; message: string };
            if (answer.ok) resolve(answer.value);
            else reject(new DriverError(answer.code, answer.message));
          } catch (cause) { reject(lost(cause, signal)); }
        });
      });
      call.on('error', (cause) => reject(lost(cause, signal)));
      call.end(text);
    }),
  };
}

const lost = (cause: unknown, signal: AbortSignal | undefined): DriverError =>
  signal?.aborted ? new DriverError('timeout', 'No answer in time from the simulated estate.', { cause }) : new DriverError('unreachable', 'The simulated estate does not answer.', { cause });
