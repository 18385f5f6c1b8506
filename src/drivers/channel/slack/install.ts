import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HTTPReceiver, type Installation, type Logger } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import type { Millis, PersonName } from '../../../core/names.js';
import type { OnceStore } from '../../../ports/once.js';
import { installPage, sayPage } from './install-page.js';
import type { Installations } from './installations.js';
import type { SlackLog } from './log.js';
import { readBody } from './read-body.js';

export interface InstallSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the browser comes back to: https://lifeboat.example/slack/oauth_redirect. */
  readonly redirectUri: string;
  /** Whether this person may still let a workspace in: asked again when the code is used. */
  readonly mayInstall: (person: PersonName) => boolean;
}

export interface InstallOptions { readonly settings: InstallSettings; /** What the app asks for. */ readonly scopes: string[]; readonly installations: Installations; readonly once: OnceStore; readonly clientOptions: WebClientOptions; readonly logger: Logger; readonly log: SlackLog; readonly authorizationUrl?: string; readonly installed: () => void }

export const installPath = '/slack/install';
export const redirectPath = '/slack/oauth_redirect';
const installPurpose = 'slack-install';
const statePurpose = 'slack-oauth-state';
const stateLifeMs: Millis = 600_000;
const formMaxBytes = 2_000;

/**
 * Installing into one more workspace. An open address would let any workspace in, so it takes a one-time code of an operator of the provider, who typed
 * "code slack-install" where they are signed in. A GET changes nothing: whoever looks at links before people do uses no code up.
 */
export function createInstall({ settings, scopes, installations, once, clientOptions, logger, log, authorizationUrl, installed }: InstallOptions): (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void> {
  const { clientId, clientSecret, redirectUri, mayInstall } = settings;
  /** Who used a code in the request that is under way. */
  const installer = new AsyncLocalStorage<PersonName>();

  const receiver = new HTTPReceiver({
    // It is given installations only; requests of Slack go through the guard to another one.
    signingSecret: '', signatureVerification: false, endpoints: [], logger, clientId, clientSecret, scopes, redirectUri, installationStore: installations,
    installerOptions: {
      directInstall: true, clientOptions, redirectUriPath: redirectPath, installPath, ...(authorizationUrl ? { authorizationUrl } : {}),
      stateStore: {
        generateStateParam: async () => {
          const person = installer.getStore();
          if (person === undefined) throw new Error('Nobody used a code.');
          return once.issueCode(statePurpose, person, stateLifeMs);
        },
        verifyStateParam: async (_now, state) => {
          const person = await once.redeemCode(statePurpose, state);
          if (person === null || !mayInstall(person)) throw new Error('This installation was not begun here, was finished before, or began more than ten minutes ago.');
          return { scopes, redirectUri, metadata: person };
        },
      },
      callbackOptions: {
        success: (installation, options, _request, response) => { done(installation, String(options.metadata ?? ''), response); },
        failure: (error, _options, _request, response) => {
          log.warn({ code: error.code }, 'Lifeboat was not installed in a Slack workspace.');
          sayPage(response, 400, 'Not installed', 'Slack or you ended the installation, or it was not begun in this browser within the last ten minutes. Nothing was kept. For another try type: code slack-install');
        },
      },
    },
  });

  function done({ team, enterprise, isEnterpriseInstall }: Installation, person: PersonName, response: ServerResponse): void {
    const owner = isEnterpriseInstall ? enterprise : team;
    log.info({ workspace: owner?.id, person }, `Lifeboat was installed in the Slack workspace ${owner?.name ?? owner?.id ?? '?'}.`);
    installed();
    sayPage(response, 200, 'Installed', `Lifeboat is in the Slack workspace ${owner?.name ?? ''} (${owner?.id ?? '?'}). Next: invite it to the channels that the estate names, with /invite @Lifeboat. docs/slack.md says how a channel is told to be in this workspace. You may close this page.`);
  }

  return async (request, response, path) => {
    if (path === redirectPath && request.method === 'GET') { receiver.requestListener(request, response); return; }
    if (path === installPath && request.method === 'GET') { installPage(response, 200, ''); return; }
    if (path !== installPath || request.method !== 'POST') { sayPage(response, 405, 'Not done', 'Only a page of Lifeboat\'s own leads here.'); return; }
    const body = await readBody(request, formMaxBytes);
    const code = body === null ? '' : new URLSearchParams(body.toString()).get('code')?.trim().toUpperCase() ?? '';
    const person = /^[A-Z0-9]{4,32}$/.test(code) ? await once.redeemCode(installPurpose, code) : null;
    if (person === null || !mayInstall(person)) {
      log.warn({}, 'Somebody tried to install Lifeboat in a Slack workspace with a code that is wrong, used or too old. Nothing was done.');
      installPage(response, 403, 'This code is wrong, used already, or too old. Type "code slack-install" for a new one.');
      return;
    }
    // Bolt makes the address at Slack, and a cookie that ties it to this browser.
    Object.assign(request, { method: 'GET', url: installPath });
    installer.run(person, () => receiver.requestListener(request, response));
  };
}
