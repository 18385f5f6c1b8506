import type { DialogHandler, InboundHandler } from '../../../src/ports/channel.js';

/** A handler of which a test looks at some ways in; nothing comes through the others. */
export function handlerOf(some: Partial<DialogHandler> & Partial<InboundHandler>): DialogHandler {
  const unasked = (way: string) => async (): Promise<never> => { throw new Error(`Nobody should have come through ${way}.`); };
  return { command: unasked('command'), action: unasked('action'), form: unasked('form'), submit: unasked('submit'), home: unasked('home'), ...some };
}
