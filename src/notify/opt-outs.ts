import type { Surface } from '../core/names.js';
import { optedOutBecause, unreachableEvent, unreachableKey } from '../core/opt-out.js';
import type { State } from '../core/state.js';
import type { Clock } from '../ports/clock.js';
import type { LiveState } from '../ports/state.js';
import type { Incidents } from './incidents.js';

/** Who it is, for words: the number itself is nobody else's business. Null: nobody of the estate has it. */
export function ownerOf({ estate }: State, surface: Surface, identity: string): string | null {
  const person = estate?.people.find((each) => (surface === 'sms' ? each.phone : each.email) === identity);
  return person?.name ?? estate?.contacts.find((each) => (surface === 'sms' ? each.phone : each.email) === identity)?.user ?? null;
}

export interface OptOuts {
  /** The address takes nothing more. Told to the provider, once. `how`: `texted STOP`. */
  out(surface: Surface, identity: string, how: string): Promise<void>;
  back(surface: Surface, identity: string, how: string): Promise<void>;
  /** Why a message to that address is not even tried; null: it is. */
  because(surface: Surface, identity: string): string | null;
}

/** Somebody whom a carrier no longer lets us reach is a hole in the on-call list: it is told while it is quiet, and messages go to that person's other places at once. */
export function createOptOuts({ incidents, live, clock }: { readonly incidents: Incidents; readonly live: LiveState; readonly clock: Pick<Clock, 'now'> }): OptOuts {
  return {
    async out(surface, identity, how) {
      const owner = ownerOf(live.current, surface, identity);
      if (owner === null || optedOutBecause(live.current, surface, identity) !== null) return;
      const now = clock.now();
      await incidents.raise({
        name: unreachableEvent, severity: 'warning', entityClass: 'system', entity: owner, uuid: null, tenant: null, site: null, occurredAt: now, source: 'engine', key: unreachableKey(surface, identity), evidence: [{ saw: how, by: surface, at: now }],
        description: `${owner} cannot be reached by ${surface === 'sms' ? 'text message' : surface}: ${how}. It is used again once that phone sends START to our number.`,
      });
    },
    async back(surface, identity, how) {
      if (optedOutBecause(live.current, surface, identity) !== null) await incidents.resolve(unreachableKey(surface, identity), [{ saw: how, by: surface, at: clock.now() }]);
    },
    because: (surface, identity) => (surface === 'sms' ? optedOutBecause(live.current, surface, identity) : null),
  };
}
