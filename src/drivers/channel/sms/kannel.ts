import { ChannelError, neverConnected, type Channel } from '../../../ports/channel.js';

export interface KannelOptions {
  /** Address of its sendsms service with the account in it, `http://USER:PASSWORD@HOST:13013/cgi-bin/sendsms`. */
  readonly url: string;
  /** What the phone shows as the sender; null: the gateway's own. */
  readonly from: string | null;
  readonly timeoutMs?: number;
}

export interface Sms { readonly channel: Channel }

/** Text messages through a Kannel gateway (its user guide, "Using the HTTP interface to send SMS messages"). One try per call. */
export function createKannel({ url, from, timeoutMs = 10_000 }: KannelOptions): Sms {
  const service = new URL(url);
  const [username, password] = [decodeURIComponent(service.username), decodeURIComponent(service.password)];
  [service.username, service.password] = ['', ''];

  async function send(to: string, text: string): Promise<string> {
    const address = new URL(service);
    address.search = new URLSearchParams({ username, password, to, text, charset: 'UTF-8', coding: '0', ...(from === null ? {} : { from }) }).toString();
    const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' }).catch((error: unknown) => { throw notReached(error); });
    const said = (await response.text().catch(() => '')).trim().slice(0, 200);
    if (response.status === 202) return said;
    if (response.status === 503) throw new ChannelError('busy', `The SMS gateway cannot take messages just now (${said}); trying again.`, 10_000);
    if (response.status >= 500) throw new ChannelError('unreachable', `The SMS gateway answered HTTP ${response.status} (${said}); trying again.`);
    throw new ChannelError('refused', `The SMS gateway refused the message: HTTP ${response.status} (${said}). Compare the account in SMS_URL with sendsms-user in kannel.conf, and whether it has a route to this number.`);
  }

  return {
    channel: {
      surface: 'sms',
      async post(target, card, { key }) {
        if (target.kind !== 'person') throw new ChannelError('refused', 'Text messages go to people, not to channels.');
        await send(target.identity, card.text);
        return { surface: 'sms', conversation: target.identity, message: key };
      },
      async update() { throw new ChannelError('refused', 'A text message that was sent cannot be changed.'); },
    },
  };
}

/** Not connected: nothing was sent. Anything later: it may have been. Never names the address, which holds the password. */
function notReached(error: unknown): ChannelError {
  const cause = (error as { cause?: { code?: unknown } }).cause?.code;
  return typeof cause === 'string' && neverConnected.has(cause)
    ? new ChannelError('unreachable', `The SMS gateway is not there (${cause}); trying again.`)
    : new ChannelError('outcome-unknown', 'The SMS gateway gave no answer; it may have taken the message all the same.');
}
