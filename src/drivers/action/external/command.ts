import { execFile } from 'node:child_process';
import type { ExternalAction } from '../../../core/estate.js';
import type { ActionOutcome } from '../../../ports/external-actions.js';
import type { Secrets } from '../../../ports/secrets.js';
import { fillText, shortened } from './fill.js';

/** A program with its arguments, without a shell and with a small environment. Exit code 0 is success. One that is given up is killed, and nobody knows how far it came. */
export function runCommand(action: Extract<ExternalAction, { kind: 'command' }>, parameters: { readonly [name: string]: string }, key: string, { redact }: Pick<Secrets, 'redact'>, signal: AbortSignal): Promise<ActionOutcome> {
  const [program, ...args] = action.program.map((each) => fillText(each, parameters));
  return new Promise((resolve) => {
    const child = execFile(program!, args, { signal, killSignal: 'SIGKILL', maxBuffer: 1_000_000, env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', LIFEBOAT_KEY: key } }, (error, stdout, stderr) => {
      const said = shortened(stdout === '' ? stderr : stdout, redact);
      if (error === null) resolve({ kind: 'succeeded', saw: `exit 0${said === '' ? '' : `: ${said}`}` });
      else if (signal.aborted) resolve({ kind: 'unknown', saw: 'it did not end in time and was killed' });
      else if (child.pid === undefined) resolve({ kind: 'failed', saw: `${program} cannot be started (${error.code}); nothing was done` });
      else if (String(error.code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') resolve({ kind: 'unknown', saw: 'it printed more than a million characters and was killed' });
      else resolve(error.killed || error.code === undefined || error.code === null ? { kind: 'unknown', saw: `it ended by ${error.signal ?? 'a signal'}` } : { kind: 'failed', saw: `exit ${error.code}: ${shortened(stderr === '' ? stdout : stderr, redact)}` });
    });
  });
}
