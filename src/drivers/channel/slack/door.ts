import type { IncomingMessage, ServerResponse } from 'node:http';
import { sayPage } from './install-page.js';
import type { SlackLog } from './log.js';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Everything below /slack/ that comes in over HTTP. */
export function createDoor({ events, installer, log }: { readonly events: Listener | null; readonly installer: ((request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>) | null; readonly log: SlackLog }): Listener {
  return (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    if (path === '/slack/events' && events) { events(request, response); return; }
    if (path === '/slack/events' || !installer) { sayPage(response, 404, 'Nothing here', 'This Lifeboat does not take that over HTTP.'); return; }
    installer(request, response, path).catch((error: unknown) => {
      log.error({ why: error instanceof Error ? error.message : String(error) }, 'An installation in Slack could not be worked on. Nothing was kept.');
      sayPage(response, 500, 'Not done', 'Lifeboat could not work on this, because of a fault of its own; its log has the cause. Nothing was kept.');
    });
  };
}
