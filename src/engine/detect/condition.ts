import type { DrEvent, Evidence } from '../../core/dr-event.js';
import type { Estate } from '../../core/estate.js';
import type { Millis } from '../../core/names.js';
import type { State } from '../../core/state.js';
import type { Condition } from '../../ports/controller.js';
import type { Look } from '../look.js';

/** What a detector reads: one look, and what the journal knows. */
export interface Seen {
  readonly look: Look;
  readonly estate: Estate;
  readonly state: State;
  /** Keys of what somebody was told of: nothing else can be over, and with 10,000 VMs nobody works out that all of them are well. */
  readonly mayBeOver: ReadonlySet<string>;
}
/** `cleared`: asked about and fine now, with what proves it. What nobody could ask about is neither. */
export interface Findings { readonly raised: readonly Condition[]; readonly cleared: readonly { readonly key: string; readonly evidence: readonly Evidence[] }[] }
export type Detector = (seen: Seen) => Findings;

export const nothing: Findings = { raised: [], cleared: [] };
export function together(all: readonly Findings[]): Findings {
  const [raised, cleared]: [Condition[], Findings['cleared'][number][]] = [[], []];
  for (const each of all) {
    if (each === nothing) continue;
    for (const condition of each.raised) raised.push(condition);
    for (const over of each.cleared) cleared.push(over);
  }
  return raised.length + cleared.length === 0 ? nothing : { raised, cleared };
}
/** Asked about, and fine. The evidence is worked out only where somebody waits for it. */
export const well = ({ mayBeOver }: Pick<Seen, 'mayBeOver'>, key: string, evidence: () => readonly Evidence[]): Findings => (mayBeOver.has(key) ? { raised: [], cleared: [{ key, evidence: evidence() }] } : nothing);

type Told = Pick<DrEvent, 'name' | 'severity' | 'entityClass' | 'entity' | 'tenant' | 'site' | 'description' | 'evidence'> & { readonly uuid?: string | null; readonly key?: string };
const eventOf = (told: Told, at: Millis): DrEvent => ({ uuid: null, key: `${told.name}:${told.entity}`, ...told, occurredAt: at, source: 'engine' });

/** `afterMs`: how long it must have been so before people are told, estate time. `also`: further names of the same thing, as IBM has them; they join its incident. */
export function failing(told: Told, at: Millis, afterMs: Millis, also: readonly Pick<Told, 'name' | 'description'>[] = []): Findings {
  const event = eventOf(told, at);
  return { raised: [{ event, afterMs, also: also.map((each) => ({ ...event, ...each })) }], cleared: [] };
}
