import type { SmsGateway } from '../../../ports/sms.js';
import { noEdits, phoneOf } from './common.js';

export interface MailGatewayOptions {
  /** `mailto:NUMBER@sms.carrier.example`: NUMBER stands for the digits of the phone. */
  readonly url: string;
  /** Sends plain text without a subject through the mail servers. Answers with the Message-ID. @throws ChannelError */
  readonly send: (address: string, text: string, key: string) => Promise<string>;
}

/** Text messages through a carrier that turns mail into them. It tells nothing of what became of them, and nothing comes back. */
export const createMailGateway = ({ url, send }: MailGatewayOptions): SmsGateway => ({
  channel: {
    surface: 'sms',
    async post(target, card, { key }) {
      const phone = phoneOf(target);
      const message = await send(url.replace(/^mailto:/, '').replace('NUMBER', phone.replace(/^\+/, '')), card.text, key);
      return { surface: 'sms', conversation: phone, message };
    },
    ...noEdits,
  },
  doors: [],
});
