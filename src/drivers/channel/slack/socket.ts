import { SocketModeReceiver, type Logger } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import type { Clock } from '../../../ports/clock.js';
import { toChannelError } from './errors.js';
import type { SlackLog } from './log.js';

/**
 * The client's own reconnecting is off: when Slack cannot be reached at that moment, its promise is rejected with nobody to hear it
 * (@slack/socket-mode 3, delayReconnectAttempt), and that ends the process.
 */
export function createSocketReceiver(appToken: string, logger: Logger, clientOptions: WebClientOptions): SocketModeReceiver {
  return new SocketModeReceiver({ appToken, logger, autoReconnectEnabled: false, installerOptions: { clientOptions }, processEventErrorHandler: async () => false });
}

/** Connects, and connects again whenever the connection ends, until `signal`. Slack closes every connection after some hours as a matter of course. */
export async function keepConnected(socket: SocketModeReceiver, { clock, log, signal }: { readonly clock: Clock; readonly log: SlackLog; readonly signal: AbortSignal }): Promise<void> {
  for (let waitMs = 1000; !signal.aborted;) {
    try {
      await socket.start();
      if (signal.aborted) { await socket.client.disconnect(); return; }
      waitMs = 1000;
      await disconnected(socket, signal);
    } catch (error) {
      // The client rejects with nothing at all when it is stopped while it connects.
      if (signal.aborted) return;
      log.warn({ why: toChannelError(error, 'apps.connections.open').message }, `Slack's Socket Mode is not connected; trying again in ${waitMs / 1000} s. Console and CLI work meanwhile.`);
      await clock.sleep(waitMs, signal).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, 60_000);
    }
  }
}

const disconnected = (socket: SocketModeReceiver, signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  socket.client.once('disconnected', () => resolve());
  signal.addEventListener('abort', () => resolve(), { once: true });
});
