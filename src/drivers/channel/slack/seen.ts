import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Channel, MessageRef } from '../../../ports/channel.js';
import { actionPrefix } from './blocks.js';
import type { Workspaces } from './workspaces.js';

const id = z.string().regex(/^[A-Z0-9]{1,40}$/);
const stamp = z.string().regex(/^\d{1,12}\.\d{1,9}$/);
const metadata = z.object({ event_type: z.literal('lifeboat'), event_payload: z.object({ key: z.string().min(1).max(500) }) });
const posted = z.object({ event: z.object({ channel_id: id, message_ts: stamp, metadata }) });
const pressed = z.object({ channel: z.object({ id }), message: z.object({ ts: stamp, metadata }) });

/**
 * What Slack itself says of our messages: by an event for each that carries our metadata, and by a press on one. So a post whose answer was lost is found, and a second copy
 * (docs/decisions/duplicates.md). Of the main workspace alone: how another one is called depends on the way it was installed, and nothing may be taken for a copy that is none.
 */
export function listenForOwn(app: App, workspaces: Pick<Workspaces, 'main'>): NonNullable<Channel['onSeen']> {
  const listeners = new Set<(key: string, ref: MessageRef) => void>();
  async function tell(token: string | undefined, key: string, conversation: string, message: string): Promise<void> {
    if (token === undefined || (await workspaces.main()).token !== token) return;
    for (const seen of listeners) seen(key, { surface: 'slack', conversation, message });
  }
  app.event('message_metadata_posted', async ({ body, client }) => {
    const { data } = posted.safeParse(body);
    if (data) await tell(client.token, data.event.metadata.event_payload.key, data.event.channel_id, data.event.message_ts);
  });
  app.action({ type: 'block_actions', action_id: new RegExp(`^${actionPrefix}`) }, async ({ body, client }) => {
    const { data } = pressed.safeParse(body);
    if (data) await tell(client.token, data.message.metadata.event_payload.key, data.channel.id, data.message.ts);
  });
  return (seen) => {
    listeners.add(seen);
    return () => { listeners.delete(seen); };
  };
}
