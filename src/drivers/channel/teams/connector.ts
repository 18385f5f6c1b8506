import type { Activity as BotActivity, TurnContext } from 'botbuilder';
import type { ConnectorClientOptions } from 'botframework-connector';
import { ChannelError } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import type { Activity } from './activity.js';
import { noReply, refusedBy, retryAfterMsOf } from './errors.js';
import type { LoginToken } from './login.js';

/** A conversation as botbuilder needs it. Plain JSON. */
export interface Place { readonly serviceUrl: string; readonly bot: string; readonly conversation: string }
export interface InvokeAnswer { readonly status: number; readonly body: unknown }

/** botbuilder, both directions. Its support has ended, so nothing else of Lifeboat knows it. */
export interface Connector {
  /** Checks the token once more, and the key's endorsement for Teams, then lets `answer` speak. @throws what `isTokenError` knows, when it does not accept the token */
  receive(authorization: string, activity: Activity, answer: () => Promise<InvokeAnswer | null>): Promise<InvokeAnswer | null>;
  isTokenError(error: unknown): boolean;
  /** @returns the id of the new message. @throws ChannelError */
  send(place: Place, message: object): Promise<string>;
  /** @throws ChannelError */
  update(place: Place, id: string, message: object): Promise<void>;
  /** @throws ChannelError */
  remove(place: Place, id: string): Promise<void>;
  /** The personal chat with somebody for whom the app is installed. @throws ChannelError */
  openPersonal(at: { readonly serviceUrl: string; readonly bot: string; readonly user: string }): Promise<Place>;
}

export interface ConnectorOptions {
  readonly appId: string;
  readonly tenant: string;
  readonly issuer: string;
  readonly metadataUrl: string;
  readonly login: LoginToken;
  readonly isServiceHost: (serviceUrl: string) => boolean;
  readonly clock: Clock;
}

const patienceMs = 10_000;

/** botbuilder takes a second and 50 MB to load, so it is loaded only where Teams is configured. */
export async function createConnector({ appId, tenant, issuer, metadataUrl, login, isServiceHost, clock }: ConnectorOptions): Promise<Connector> {
  const [{ CloudAdapter, TurnContext: Turn }, auth] = await Promise.all([import('botbuilder'), import('botframework-connector')]);

  class Credentials extends auth.AppCredentials {
    /** botbuilder's own memory of tokens is the process's and forgets none that was refused. */
    override async getToken(): Promise<string> { return (await login.fetch()).token; }
    protected async refreshToken(): Promise<never> { throw new Error('Tokens come from the login alone.'); }
  }
  const credentials = new Credentials(appId, tenant, issuer);
  class OneApp extends auth.ServiceClientCredentialsFactory {
    async isValidAppId(id = ''): Promise<boolean> { return id === appId; }
    async isAuthenticationDisabled(): Promise<boolean> { return false; }
    async createCredentials() { return credentials; }
  }
  const transport = createTransport(clock, isServiceHost, () => login.forget());
  const authentication = auth.BotFrameworkAuthenticationFactory.create('', true, 'unused', issuer, issuer, 'unused', metadataUrl, 'unused', '', new OneApp(), new auth.AuthenticationConfiguration(), undefined, { httpClient: transport });
  class Door extends CloudAdapter {
    receive(authorization: string, activity: Activity, logic: (turn: TurnContext) => Promise<void>) {
      return this.processActivity(authorization, activity as unknown as BotActivity, logic);
    }
  }
  const door = new Door(authentication);

  const talk = async <T>({ serviceUrl, bot, conversation }: Place, work: (turn: TurnContext) => Promise<T>): Promise<T> => {
    let result: T | undefined;
    await door.continueConversationAsync(appId, { channelId: 'msteams', serviceUrl, bot: { id: bot, name: '' }, conversation: { id: conversation, tenantId: tenant } as never }, async (turn) => { result = await work(turn); });
    return result as T;
  };

  return {
    async receive(authorization, activity, answer) {
      const answered = await door.receive(authorization, activity, async (turn) => {
        const said = await answer();
        if (said) await turn.sendActivity({ type: 'invokeResponse', value: said });
      });
      return answered === undefined ? null : { status: answered.status, body: answered.body };
    },
    isTokenError: (error) => error instanceof auth.AuthenticationError,
    async send(place, message) {
      const { serviceUrl, bot, conversation } = place;
      const whole = { channelId: 'msteams', serviceUrl, from: { id: bot }, conversation: { id: conversation }, ...message } as Partial<BotActivity>;
      // Past the turn's own sendActivity: that makes each message a reply to an activity that never was.
      const [sent] = await talk(place, (turn) => door.sendActivities(turn, [whole]));
      if (!sent?.id) throw new ChannelError('outcome-unknown', 'Teams post: the answer names no message; it may have been posted all the same.');
      return sent.id;
    },
    async update(place, id, message) { await talk(place, (turn) => turn.updateActivity({ ...message, id } as Partial<BotActivity>)); },
    async remove(place, id) { await talk(place, (turn) => turn.deleteActivity(id)); },
    async openPersonal({ serviceUrl, bot, user }) {
      let conversation: string | undefined;
      await door.createConversationAsync(appId, 'msteams', serviceUrl, issuer, { isGroup: false, bot: { id: bot, name: '' }, members: [{ id: user, name: '' }], tenantId: tenant, channelData: { tenant: { id: tenant } } } as never, async (turn) => {
        conversation = Turn.getConversationReference(turn.activity).conversation?.id;
      });
      if (!conversation) throw new ChannelError('refused', 'Teams open: no personal chat could be opened.');
      return { serviceUrl, bot, conversation };
    },
  };
}

type HttpClient = NonNullable<ConnectorClientOptions['httpClient']>;

/** One try per call, with an end. botbuilder's own client would try four times, and the outbox would not hear of it. */
function createTransport(clock: Clock, isServiceHost: (serviceUrl: string) => boolean, tokenRefused: () => void): HttpClient {
  return {
    async sendRequest(request) {
      const operation = request.method === 'PUT' ? 'update' : request.method === 'DELETE' ? 'remove' : new URL(request.url).pathname.endsWith('/conversations') ? 'open' : 'post';
      // A host may have been taken off the list since the conversation was stored.
      if (!isServiceHost(request.url)) throw new ChannelError('refused', `Teams ${operation}: the conversation's host is none of TEAMS_SERVICE_HOSTS. Say anything to Lifeboat there, so that it learns the new address.`);
      let response: Response;
      let text: string;
      try {
        response = await fetch(request.url, { method: request.method, headers: request.headers.rawHeaders(), body: request.body as string, signal: AbortSignal.timeout(patienceMs), redirect: 'error' });
        text = await response.text();
      } catch (error) {
        throw noReply(error, operation);
      }
      if (response.status === 401) tokenRefused();
      if (!response.ok) throw refusedBy(response.status, codeIn(text), retryAfterMsOf(response.headers.get('retry-after'), clock.now()), operation);
      const headers = request.headers.clone();
      headers.remove('authorization');
      return { request, status: response.status, headers, bodyAsText: text };
    },
  };
}

/** `{ "error": { "code": "..." } }` */
function codeIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown } };
    return typeof error?.code === 'string' && /^\w{1,60}$/.test(error.code) ? error.code : '';
  } catch {
    return '';
  }
}
