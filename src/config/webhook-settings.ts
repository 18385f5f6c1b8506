import { loopbackNames, type VariableReader } from './chat-settings.js';

/** `secret` null: not signed. `tenant` null: all of them. */
export interface WebhookSettings { readonly url: string; readonly secret: string | null; readonly tenant: string | null }

/** Where incidents are told as CloudEvents; null: nowhere. */
export function readWebhook({ value, wrong, url }: VariableReader): WebhookSettings | null {
  const address = url('NOTIFY_WEBHOOK_URL', ['http', 'https']);
  const [secret, tenant] = [value('NOTIFY_WEBHOOK_SECRET'), value('NOTIFY_WEBHOOK_TENANT')];
  if (address !== null && URL.canParse(address) && new URL(address).protocol === 'http:' && !loopbackNames.includes(new URL(address).hostname)) wrong('NOTIFY_WEBHOOK_URL', 'Without TLS anybody on the way could read what fails where.', 'Write https://, or let the receiver run on this machine.');
  if (secret !== '' && secret.length < 16) wrong('NOTIFY_WEBHOOK_SECRET', 'It is too short to be a secret.', 'Take whsec_ and 24 or more random bytes in base64: echo whsec_$(openssl rand -base64 24)');
  for (const [name, given] of [['NOTIFY_WEBHOOK_SECRET', secret], ['NOTIFY_WEBHOOK_TENANT', tenant]] as const) if (given !== '' && address === null) wrong('NOTIFY_WEBHOOK_URL', `It is missing, and ${name} is of no use without it.`, 'Set both, or neither.');
  return address === null ? null : { url: address, secret: secret === '' ? null : secret, tenant: tenant === '' ? null : tenant };
}
