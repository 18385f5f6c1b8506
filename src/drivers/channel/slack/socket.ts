import { SocketModeReceiver, type Logger } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import type { Millis } from '../../../core/names.js';
import type { Clock } from '../../../ports/clock.js';
import { toChannelError } from './errors.js';
import type { SlackLog } from './log.js';

/** Slack sends each event through one of them. While one is made anew, for up to twelve seconds (reference/platform-limits.md), the other hears. */
const connectionCount = 2;
/** Slack closes a connection some time after it was made: two of one age would be gone together. */
const apartMs: Millis = 60_000;

/**
 * None without a token. The client's own reconnecting is off: when Slack cannot be reached at that moment, its promise is rejected with nobody to hear it
 * (@slack/socket-mode 3, delayReconnectAttempt), and that ends the process.
 */
export const createSocketReceivers = (appToken: string | null, logger: Logger, clientOptions: WebClientOptions): SocketModeReceiver[] => (appToken === null ? []
  : Array.from({ length: connectionCount }, () => new SocketModeReceiver({ appToken, logger, autoReconnectEnabled: false, installerOptions: { clientOptions }, processEventErrorHandler: async () => false })));

interface Keeping { readonly clock: Clock; readonly log: SlackLog; readonly signal: AbortSignal }

/** Returns at once. The same event through both of them has one id, and is one act. */
export function keepAllConnected(sockets: readonly SocketModeReceiver[], keeping: Keeping): void {
  sockets.forEach((socket, index) => {
    const wait = index === 0 ? Promise.resolve() : keeping.clock.sleep(index * apartMs, keeping.signal);
    void wait.then(() => keepConnected(socket, keeping), () => undefined);
  });
}

/** Connects, and connects again whenever the connection ends, until `signal`. Slack closes every connection after some hours as a matter of course. */
async function keepConnected(socket: SocketModeReceiver, { clock, log, signal }: Keeping): Promise<void> {
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
