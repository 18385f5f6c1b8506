import type { Clock } from '../../src/ports/clock.js';
import type { Button, ButtonStore, OnceStore } from '../../src/ports/once.js';

export interface FakeOnce extends OnceStore { readonly codes: Map<string, string>; broken: boolean }

export function fakeOnce(): FakeOnce {
  const keys = new Set<string>();
  const codes = new Map<string, string>();
  return {
    codes, broken: false,
    async first(key) {
      if (this.broken) throw new Error('the database is away');
      return !keys.has(key) && keys.add(key).size > 0;
    },
    async issueCode(purpose, person) { codes.set(`${purpose}/K7QM2F4X`, person); return 'K7QM2F4X'; },
    async redeemCode(purpose, code) {
      const person = codes.get(`${purpose}/${code}`) ?? null;
      codes.delete(`${purpose}/${code}`);
      return person;
    },
  };
}

export function fakeButtons(): ButtonStore {
  const buttons = new Map<string, Button>();
  return {
    async idFor(button) {
      const same = [...buttons.values()].find((each) => each.verb === button.verb && each.subject === button.subject && each.epoch === button.epoch && each.attest === button.attest);
      const id = same?.id ?? `b${buttons.size + 1}`;
      buttons.set(id, { ...button, id });
      return id;
    },
    async lookUp(id) { return buttons.get(id) ?? null; },
  };
}

/** Stands still until it is moved; sleepers wake when their time has come. */
export class FakeClock implements Clock {
  private sleepers: { at: number; wake: () => void }[] = [];
  constructor(public time: number) {}
  now(): number { return this.time; }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.sleepers.push({ at: this.time + ms, wake: resolve });
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }
  every(): () => void { return () => undefined; }
  get sleeping(): number { return this.sleepers.length; }
  move(ms: number): void {
    this.time += ms;
    const due = this.sleepers.filter((sleeper) => sleeper.at <= this.time);
    this.sleepers = this.sleepers.filter((sleeper) => sleeper.at > this.time);
    for (const sleeper of due) sleeper.wake();
  }
}

/** Looks again until something is so; a bounded number of looks, since a real process is involved. */
export async function until<T>(look: () => T | Promise<T>, what: string): Promise<NonNullable<T>> {
  for (let tries = 0; tries < 2000; tries++) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`It never happened: ${what}`);
}
