import { ChannelError } from '../../../ports/channel.js';
import type { Clock } from '../../../ports/clock.js';
import type { SlackLog } from './log.js';

export interface Verification {
  readonly clock: Clock;
  readonly log: SlackLog;
  readonly signal: AbortSignal;
  /** One look; answers with a sentence. @throws ChannelError */
  readonly ask: () => Promise<string>;
  readonly report: (ok: boolean | null, message: string) => void;
}

/** Asks until Slack answers. A refused token is not tried less: somebody may be about to reinstall the app. */
export async function verifyUntilKnown({ clock, log, signal, ask, report }: Verification): Promise<void> {
  for (let waitMs = 1000; !signal.aborted; waitMs = Math.min(waitMs * 2, 60_000)) {
    try {
      const message = await ask();
      report(true, message);
      log.info({}, message);
      return;
    } catch (error) {
      if (signal.aborted) return;
      const refused = error instanceof ChannelError && error.code === 'refused';
      const message = error instanceof Error ? error.message : String(error);
      report(refused ? false : null, message);
      if (refused) log.error({}, `${message} Messages wait in the outbox; console and CLI work.`);
      else log.warn({}, `${message} Asking again in ${waitMs / 1000} s. Messages wait in the outbox; console and CLI work.`);
      await clock.sleep(waitMs, signal).catch(() => undefined);
    }
  }
}
