import type { Card } from '../../ports/channel.js';
import type { ViewData, ViewName } from './schemas.js';

/** One message before any surface: data, tone, and the template names to try, most particular first. */
export type View = { [N in ViewName]: { readonly name: N; readonly names: readonly string[]; readonly tone: Card['tone']; readonly data: ViewData<N> } }[ViewName];
export type ViewOf<N extends ViewName> = Extract<View, { readonly name: N }>;

/** What a view needs to know beside the state. */
export interface ViewContext {
  /** Wall time: ages and expiry are told from here. */
  readonly now: number;
  /** The console's page of a run or an incident, where the console's address is known. */
  readonly linkTo?: (id: string) => string;
}
