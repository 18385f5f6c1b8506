import { createHash } from 'node:crypto';
import { Client } from 'ssh2';
import type { ExternalAction } from '../../../core/estate.js';
import type { ActionOutcome } from '../../../ports/external-actions.js';
import type { Secrets } from '../../../ports/secrets.js';
import { fillText, shortened } from './fill.js';

/** One command on another machine, whose host key must be the one in the estate. Exit code 0 is success. Before the command is sent a failure is a failure; after it, silence is unknown. */
export function runSsh(action: Extract<ExternalAction, { kind: 'ssh' }>, parameters: { readonly [name: string]: string }, key: string, secrets: Secrets, signal: AbortSignal): Promise<ActionOutcome> {
  const name = action.key.slice('env:'.length);
  const privateKey = secrets.get(name);
  if (privateKey === undefined) return Promise.resolve({ kind: 'failed', saw: `the environment has no ${name} with the private key; nothing was sent` });
  return new Promise((resolve) => {
    const client = new Client();
    let sent = false;
    let wrongKey: string | null = null;
    const end = (outcome: ActionOutcome): void => {
      signal.removeEventListener('abort', giveUp);
      client.end();
      resolve(outcome);
    };
    const giveUp = (): void => {
      client.destroy();
      end(sent ? { kind: 'unknown', saw: 'no answer in time' } : { kind: 'failed', saw: 'no connection in time; nothing was sent' });
    };
    if (signal.aborted) { resolve({ kind: 'failed', saw: 'given up before anything was sent' }); return; }
    signal.addEventListener('abort', giveUp, { once: true });
    client.on('error', (error) => end(wrongKey !== null ? { kind: 'failed', saw: `${action.host} shows the host key ${wrongKey}, not the one in the estate; nothing was sent. If the machine was not replaced, somebody may stand in between` } : sent ? { kind: 'unknown', saw: `the connection broke: ${error.message}` } : { kind: 'failed', saw: `no connection to ${action.host}: ${error.message}; nothing was sent` }));
    client.on('ready', () => {
      sent = true;
      client.exec(fillText(action.command, parameters), { env: { LIFEBOAT_KEY: key } }, (error, stream) => {
        if (error) { end({ kind: 'failed', saw: `${action.host} refused the command: ${error.message}` }); return; }
        let [output, trouble] = ['', ''];
        stream.on('data', (chunk: Buffer) => { output = (output + chunk.toString('utf8')).slice(0, 10_000); });
        stream.stderr.on('data', (chunk: Buffer) => { trouble = (trouble + chunk.toString('utf8')).slice(0, 10_000); });
        stream.on('close', (code: number | null) => {
          const said = shortened(code === 0 ? output || trouble : trouble || output, secrets.redact);
          end(code === 0 ? { kind: 'succeeded', saw: `exit 0${said === '' ? '' : `: ${said}`}` } : code === null || code === undefined ? { kind: 'unknown', saw: 'it ended without an exit code' } : { kind: 'failed', saw: `exit ${code}${said === '' ? '' : `: ${said}`}` });
        });
      });
    });
    try {
      client.connect({
        host: action.host, port: action.port, username: action.user, privateKey,
        hostVerifier: (hostKey: Buffer) => {
          const seen = `SHA256:${createHash('sha256').update(hostKey).digest('base64').replace(/=+$/, '')}`;
          if (seen !== action.hostKey) wrongKey = seen;
          return wrongKey === null;
        },
      });
    } catch {
      // Its message could quote the key.
      end({ kind: 'failed', saw: `the private key in ${name} cannot be read; nothing was sent` });
    }
  });
}
