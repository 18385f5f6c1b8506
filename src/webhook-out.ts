import type { Environment } from './config/environment.js';
import type { Estate } from './core/estate.js';
import { createStandardWebhook } from './drivers/webhook/standard.js';
import { BatchTooBig, startWebhookOut, type WebhookOut, type WebhookOutParts } from './notify/webhook-out.js';

/** The webhook that the environment names, wired to what sends it; null: none is named. @throws Error when it is limited to a tenant that the estate does not have */
export function createWebhookOut(settings: Environment['webhook'], estate: Estate, parts: Omit<WebhookOutParts, 'post' | 'tenant'>): WebhookOut | null {
  if (settings === null) return null;
  if (settings.tenant !== null && !estate.tenants.some(({ name }) => name === settings.tenant)) throw new Error(`NOTIFY_WEBHOOK_TENANT names '${settings.tenant}', which is no tenant of the estate. Nothing was sent. Tenants: ${estate.tenants.map(({ name }) => name).join(', ')}.`);
  const { post, close } = createStandardWebhook({ url: settings.url, secret: settings.secret, now: () => parts.clock.now() });
  const out = startWebhookOut({
    ...parts, tenant: settings.tenant,
    async post(events, id, signal) {
      const status = await post(JSON.stringify(events), 'application/cloudevents-batch+json', id, signal);
      if (status === 413) throw new BatchTooBig('The receiver finds it too big.');
      if (status < 200 || status > 299) throw new Error(`${new URL(settings.url).host} answered ${status}.`);
    },
  });
  return { status: () => out.status(), stop: async () => { await out.stop(); close(); } };
}
