import type { ActionOutcome, ExternalActions } from '../../../ports/external-actions.js';
import type { Secrets } from '../../../ports/secrets.js';
import { runCommand } from './command.js';
import { callHttp } from './http.js';
import { runSsh } from './ssh.js';

/** The three ways in which a runbook reaches beyond the controller. What comes back is free of known secrets. */
export function createExternalActions(secrets: Secrets): ExternalActions {
  return {
    async run(action, parameters, key, signal): Promise<ActionOutcome> {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(action.timeoutMs)]);
      const outcome = action.kind === 'http' ? await callHttp(action, parameters, key, secrets, limit) : action.kind === 'ssh' ? await runSsh(action, parameters, key, secrets, limit) : await runCommand(action, parameters, key, secrets, limit);
      return { ...outcome, saw: secrets.redact(outcome.saw) };
    },
  };
}
