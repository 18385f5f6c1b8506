import type { Millis, PersonName } from './names.js';

/** Somebody who is away has named another to decide in his place: never longer than said, and only where that one lacks the role himself. */
export interface Delegation { readonly from: PersonName; readonly to: PersonName; readonly until: Millis; readonly reason: string | null; readonly at: Millis }
