import { personOf } from '../core/estate.js';
import type { Inbound } from '../ports/channel.js';
import type { InboundOptions } from './inbound-options.js';
import { refusalView } from './views/answer.js';
import type { View } from './views/view.js';

/** Links the chat account that sent a one-time code to the person who got it elsewhere: both sides proved themselves. */
export async function redeemLink({ live, once, link }: Pick<InboundOptions, 'live' | 'once' | 'link'>, from: Inbound, code: string): Promise<{ view: View; status: number }> {
  const linked = live.current.links.find((each) => each.surface === from.surface && each.identity === from.identity);
  if (linked && live.current.estate && personOf(live.current.estate, linked.person)) {
    return { status: 1, view: refusalView('already-linked', `This account is linked to ${linked.person} already, so the code was not used.`, 'If that is wrong, undo the link here first, then send the code again.', `unlink ${from.surface}`) };
  }
  const name = await once.redeemCode(`link:${from.surface}`, code.toUpperCase());
  if (name === null) return { status: 1, view: refusalView('code-unknown', 'This code is wrong, used already, or too old. Nothing was linked.', `Type "code ${from.surface}" in the console or the CLI for a new one; it works once, for a few minutes.`) };
  if (!live.current.estate || !personOf(live.current.estate, name)) return { status: 1, view: refusalView('no-such-person', `This code was given to ${name}, who has left the estate since. Nothing was linked.`, 'Ask who keeps the estate file.') };
  await link(name, from.surface, from.identity);
  return { status: 0, view: { name: 'said', names: ['said'], tone: 'good', data: { text: `This account now speaks for ${name}. Approvals and holds that you press here count as yours.`, next: ['help'] } } };
}
