import type { Outbox, Receipt } from '../ports/outbox.js';
import type { OptOuts } from './opt-outs.js';

export interface ReceiptsParts { readonly outbox: Pick<Outbox, 'receipt'>; readonly optOuts: Pick<OptOuts, 'out'>; readonly redact: (text: string) => string; readonly log: (message: string, detail: object) => void }

/** Notes what a platform says became of a message. A receipt for a message that nobody knows changes nothing. */
export const createReceipts = ({ outbox, optOuts, redact, log }: ReceiptsParts) => async (receipt: Receipt, optedOut: string | null): Promise<void> => {
  const why = receipt.why === null ? null : redact(receipt.why);
  if (await outbox.receipt({ ...receipt, why }) && receipt.became === 'failed') log('a message was handed over and not delivered', { surface: receipt.surface, ...receipt.of, why });
  if (optedOut !== null) await optOuts.out(receipt.surface, optedOut, 'the carrier says that the phone sent STOP');
};
