import cron, { type ScheduledTask } from 'node-cron';
import type { Log } from '../../ports/log.js';
import type { OnceStore } from '../../ports/once.js';
import type { Scheduler } from '../../ports/scheduler.js';
import { slotName } from '../../core/slot.js';

/**
 * node-cron with named, distributed tasks: every node has the timer, a row of our database says who takes the slot. A node that dies after taking it
 * loses nothing: the slot is not in the journal then, and `desk/schedule.ts` makes good for it.
 */
export function createCronScheduler({ once, log }: { readonly once: Pick<OnceStore, 'first'>; readonly log: Log }): Scheduler {
  const tasks = new Set<ScheduledTask>();
  const runCoordinator = { shouldRun: (key: string, ttlMs: number): Promise<boolean> => once.first(`cron:${key}`, ttlMs) };
  return {
    daily(name, time, timeZone, work) {
      const [hour, minute] = time.split(':').map(Number) as [number, number];
      const task = cron.schedule(`${minute} ${hour} * * *`, async ({ date }) => {
        const slot = slotName(date.getTime(), timeZone);
        try {
          await work(slot);
        } catch (error) {
          log.error({ task: name, slot, cause: error instanceof Error ? error.message : String(error) }, 'A scheduled task failed; its slot is tried again by the next check.');
        }
      }, { timezone: timeZone, name, distributed: true, runCoordinator, unref: true });
      tasks.add(task);
      return () => {
        tasks.delete(task);
        void task.destroy();
      };
    },
    async stop() { for (const task of tasks) await task.destroy(); },
  };
}
