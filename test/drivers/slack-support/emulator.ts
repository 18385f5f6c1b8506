import { createHmac } from 'node:crypto';

export const signingSecret = 'test-signing-secret';
export const botToken = 'xoxb-test-bot';

export interface SlackServer { readonly url: string; reset(): void; close(): Promise<void> }

/** The emulator's Slack: real HTTP, real state (reference/peers.md section 1). */
export async function startSlackServer(port = 0): Promise<SlackServer> {
  const { createEmulator } = (await import('emulate')) as unknown as { createEmulator: (options: object) => Promise<SlackServer> };
  return createEmulator({ service: 'slack', port, seed: { slack: { signing_secret: signingSecret, strict_scopes: true,
    users: [{ name: 'ana', email: 'ana@example.com' }, { name: 'ben', email: 'ben@example.com' }], channels: [{ name: 'cluster01' }, { name: 'dr-desk' }],
    oauth_apps: [{ client_id: '1.2', client_secret: 's', app_id: 'A000000001', name: 'Lifeboat', redirect_uris: ['http://localhost/cb', 'https://lifeboat.example/slack/oauth_redirect'], scopes: ['chat:write'], bot_name: 'lifeboat' }],
    tokens: [{ token: botToken, type: 'bot', user: 'lifeboat', app_id: 'A000000001', scopes: ['chat:write', 'commands', 'app_mentions:read', 'im:write'] },
      { token: 'xoxb-reader', type: 'bot', user: 'lifeboat', app_id: 'A000000001', scopes: ['chat:write', 'channels:read', 'channels:history', 'im:history', 'im:read', 'users:read', 'im:write'] }] } } });
}

/** Asks the emulator with the rights of a test, not with those of the app. */
export async function api(server: SlackServer, method: string, body: Record<string, unknown> = {}): Promise<Record<string, any>> {
  const response = await fetch(`${server.url}/api/${method}`, { method: 'POST', headers: { authorization: 'Bearer xoxb-reader', 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return (await response.json()) as Record<string, any>;
}

export async function channelId(server: SlackServer, name: string): Promise<string> {
  const { channels } = await api(server, 'conversations.list', { limit: 100 });
  return channels.find((channel: { name: string }) => channel.name === name).id;
}

export interface Signed { readonly body: string; readonly headers: Record<string, string> }

/** As Slack signs: `v0=HMAC_SHA256(secret, v0:timestamp:body)`. */
export function signed(body: string, { secret = signingSecret, at = Date.now(), type = 'application/x-www-form-urlencoded' }: { secret?: string; at?: number; type?: string } = {}): Signed {
  const stamp = String(Math.floor(at / 1000));
  return { body, headers: { 'content-type': type, 'x-slack-request-timestamp': stamp, 'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex')}` } };
}

let trigger = 0;
const nextTrigger = (): string => `trigger.${++trigger}`;

export function slashCommand(text: string, more: Record<string, string> = {}): string {
  return new URLSearchParams({ command: '/dr', text, user_id: 'U1', user_name: 'ana', team_id: 'T000000001', team_domain: 'x', channel_id: 'C1', channel_name: 'cluster01', api_app_id: 'A1', token: 't', is_enterprise_install: 'false', trigger_id: nextTrigger(), response_url: 'http://127.0.0.1:9/', ...more }).toString();
}

export function buttonClick(value: string, more: Record<string, unknown> = {}): string {
  const payload = { type: 'block_actions', api_app_id: 'A1', token: 't', trigger_id: nextTrigger(), team: { id: 'T000000001', domain: 'x' }, user: { id: 'U1', username: 'ana', name: 'ana', team_id: 'T000000001' }, channel: { id: 'C1', name: 'cluster01' }, container: { type: 'message' },
    response_url: 'http://127.0.0.1:9/', actions: [{ type: 'button', action_id: 'lifeboat:approve', block_id: 'b', value, action_ts: '1.1', text: { type: 'plain_text', text: 'Approve' } }], ...more };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

export const mention = (text: string, eventId: string, more: Record<string, unknown> = {}): string => JSON.stringify({
  type: 'event_callback', event_id: eventId, event_time: 1, team_id: 'T000000001', api_app_id: 'A1', token: 't', authorizations: [{ team_id: 'T000000001', enterprise_id: null, user_id: 'UBOT', is_bot: true }],
  event: { type: 'app_mention', user: 'U1', text, ts: '1.1', channel: 'C1', event_ts: '1.1', team: 'T000000001', ...more },
});

/** Good for three seconds and one view, as Slack's own. */
export async function aTrigger(server: SlackServer, user: string): Promise<string> {
  const response = await fetch(`${server.url}/api/views.generateTriggerId`, { method: 'POST', headers: { authorization: `Bearer ${botToken}`, 'content-type': 'application/json' }, body: JSON.stringify({ user_id: user }) });
  return ((await response.json()) as { trigger_id: string }).trigger_id;
}

const interaction = (payload: Record<string, unknown>): string => new URLSearchParams({ payload: JSON.stringify({ api_app_id: 'A1', token: 't', team: { id: 'T000000001', domain: 'x' }, user: { id: 'U1', username: 'ana', name: 'ana', team_id: 'T000000001' }, trigger_id: nextTrigger(), ...payload }) }).toString();

export const shortcut = (callback: string, more: Record<string, unknown> = {}): string => interaction({ type: 'shortcut', callback_id: callback, action_ts: '1.1', ...more });

export const messageShortcut = (callback: string, text: string, more: Record<string, unknown> = {}): string => interaction({ type: 'message_action', callback_id: callback, action_ts: '1.1', message_ts: '1.1', response_url: 'http://127.0.0.1:9/', channel: { id: 'C1', name: 'cluster01' }, message: { type: 'message', user: 'UBOT', ts: '1.1', text }, ...more });

/** As Slack holds what was filled in: by block, then by input. */
export const submission = (view: Record<string, unknown>, more: Record<string, unknown> = {}): string => interaction({ type: 'view_submission', view: { id: 'V1', type: 'modal', hash: '1.1', callback_id: 'lifeboat:form', private_metadata: '', state: { values: {} }, ...view }, ...more });

export const homeOpened = (eventId: string, user: string, more: Record<string, unknown> = {}): string => JSON.stringify({
  type: 'event_callback', event_id: eventId, event_time: 1, team_id: 'T000000001', api_app_id: 'A1', token: 't', authorizations: [{ team_id: 'T000000001', enterprise_id: null, user_id: 'UBOT', is_bot: true }],
  event: { type: 'app_home_opened', user, channel: 'D1', tab: 'home', event_ts: '1.1', ...more },
});
