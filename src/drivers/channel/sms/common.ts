import { createHmac, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import { ChannelError, neverConnected, type Channel, type Target } from '../../../ports/channel.js';
import type { SmsHeard } from '../../../ports/sms.js';

/** The number that a message goes to. @throws ChannelError for a channel */
export function phoneOf(target: Target): string {
  if (target.kind !== 'person') throw new ChannelError('refused', 'Text messages go to people, not to channels.');
  return target.identity;
}

export const noEdits: Pick<Channel, 'update'> = { async update() { throw new ChannelError('refused', 'A text message that was sent cannot be changed.'); } };

export const sealed = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('base64url');

/** In the same time however much of it is right. */
export function equalSecrets(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** International form, as people write it in the estate. */
export const international = (phone: string): string => (phone.startsWith('+') ? phone : `+${phone}`);
export const phoneForm = /^\+?\d{5,15}$/;

export function notUnderstood(error: z.ZodError): SmsHeard {
  const faults = error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  return { kind: 'refused', status: 400, code: 'invalid-request', what: `What the gateway sent is not as it must be: ${faults.join('; ')}.`, next: 'Nothing was done. Compare the set-up of the gateway with docs/sms.md.' };
}

/** Not connected: nothing was sent. Anything later: it may have been. Never names the address, which holds the password. */
export function notReached(error: unknown): ChannelError {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const why = typeof cause?.code === 'string' ? cause.code : code;
  return typeof why === 'string' && neverConnected.has(why)
    ? new ChannelError('unreachable', `The SMS gateway is not there (${why}); trying again.`)
    : new ChannelError('outcome-unknown', 'The SMS gateway gave no answer; it may have taken the message all the same.');
}
