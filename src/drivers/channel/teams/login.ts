import { z } from 'zod';
import type { Millis } from '../../../core/names.js';
import { ChannelError } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';

export interface LoginOptions { readonly loginUrl: string; readonly tenant: string; readonly appId: string; readonly password: string; /** For what the token is asked. */ readonly resource: string; readonly clock: Clock; /** What came of asking the directory, each time. */ readonly report: (ok: boolean, message: string) => void }

/** Our own token for speaking to Teams. */
export interface LoginToken {
  /** The current one, or a new one. @throws ChannelError */
  fetch(): Promise<{ readonly token: string; readonly expiresAt: Millis }>;
  /** Teams did not take it: the next call asks for another. */
  forget(): void;
}

const patienceMs = 10_000;
const Granted = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });
const Failed = z.object({ error: z.string().regex(/^\w{1,60}$/) });

/** OAuth 2.0 client credentials at the directory of one tenant. One request at a time, however many messages wait. */
export function createLogin({ loginUrl, tenant, appId, password, resource, clock, report }: LoginOptions): LoginToken {
  let current: { readonly token: string; readonly expiresAt: Millis } | null = null;
  let asking: Promise<{ readonly token: string; readonly expiresAt: Millis }> | null = null;

  async function ask() {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: appId, client_secret: password, scope: `${resource}/.default` });
    let response: Response;
    let answer: unknown;
    try {
      response = await fetch(`${loginUrl.replace(/\/$/, '')}/${tenant}/oauth2/v2.0/token`, { method: 'POST', body, signal: AbortSignal.timeout(patienceMs), redirect: 'error' });
      answer = await response.json();
    } catch (error) {
      throw new ChannelError('unreachable', 'Teams login: the directory did not answer; trying again.', null, { cause: error });
    }
    const granted = response.ok ? Granted.safeParse(answer) : null;
    if (!granted?.success) {
      const said = Failed.safeParse(answer);
      throw new ChannelError('unreachable', `Teams login: the directory gave no token (HTTP ${response.status}${said.success ? ` ${said.data.error}` : ''}). Check TEAMS_APP_ID, TEAMS_TENANT_ID, and whether TEAMS_APP_PASSWORD has run out; messages wait.`);
    }
    current = { token: granted.data.access_token, expiresAt: clock.now() + granted.data.expires_in * 1000 };
    return current;
  }

  return {
    async fetch() {
      if (current && clock.now() < current.expiresAt - 60_000) return current;
      asking ??= ask().then((granted) => {
        report(true, 'The directory accepts the credentials of the Teams app.');
        return granted;
      }, (error: Error) => {
        report(false, error.message);
        throw error;
      }).finally(() => { asking = null; });
      return asking;
    },
    forget: () => { current = null; },
  };
}
