import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Installations } from './installations.js';
import type { SlackLog } from './log.js';

const removal = z.object({ team_id: z.string().nullish(), enterprise_id: z.string().nullish(), is_enterprise_install: z.boolean().nullish(), event: z.object({ tokens: z.object({ bot: z.array(z.string()).nullish() }).nullish() }) });

/** A workspace that took the app out, or its token back: the token is erased at once. */
export function addRemovals(app: App, installations: Installations, log: SlackLog): void {
  async function forget(body: unknown, all: boolean): Promise<void> {
    const sent = removal.safeParse(body);
    if (!sent.success || (!all && (sent.data.event.tokens?.bot ?? []).length === 0)) return;
    const { team_id: team, enterprise_id: enterprise } = sent.data;
    for (const id of [team, enterprise].filter((each): each is string => each != null)) {
      if (!(await installations.of(id))) continue;
      await installations.remove(id);
      log.warn({ workspace: id }, 'Lifeboat was taken out of a Slack workspace, and its token there was erased. People of it are refused from now on.');
      // The workspace's own; that of the whole organisation stays unless it is its own, too.
      return;
    }
  }
  app.event('app_uninstalled', async ({ body }) => forget(body, true));
  app.event('tokens_revoked', async ({ body }) => forget(body, false));
}
