import type { Millis } from '../core/names.js';
import type { Clock } from '../ports/clock.js';
import type { Button, ButtonStore, OnceStore } from '../ports/once.js';
import { codeHash, newButtonId, newCode } from './codes.js';

/** Without a database, for simulation and tests. */
export function createMemoryOnceStore(clock: Clock): OnceStore {
  const untils = new Map<string, Millis>();
  const codes = new Map<string, { readonly person: string; readonly until: Millis }>();
  return {
    async first(key, ttlMs) {
      if ((untils.get(key) ?? -Infinity) > clock.now()) return false;
      untils.set(key, clock.now() + ttlMs);
      return true;
    },
    async issueCode(purpose, person, ttlMs) {
      const code = newCode();
      codes.set(codeHash(purpose, code), { person, until: clock.now() + ttlMs });
      return code;
    },
    async redeemCode(purpose, code) {
      const hash = codeHash(purpose, code);
      const issued = codes.get(hash);
      codes.delete(hash);
      return issued && issued.until > clock.now() ? issued.person : null;
    },
  };
}

export function createMemoryButtonStore(): ButtonStore {
  const byId = new Map<string, Button>();
  const ids = new Map<string, string>();
  return {
    async idFor(button) {
      const what = JSON.stringify([button.verb, button.subject, button.epoch, button.attest]);
      const known = ids.get(what);
      if (known !== undefined) return known;
      const id = newButtonId();
      ids.set(what, id);
      byId.set(id, { id, verb: button.verb, subject: button.subject, epoch: button.epoch, attest: button.attest });
      return id;
    },
    lookUp: async (id) => byId.get(id) ?? null,
  };
}
