import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Millis } from '../../src/core/names.js';
import type { ButtonStore, OnceStore } from '../../src/ports/once.js';

export interface OnceHarness {
  fresh(): Promise<{ once: OnceStore; buttons: ButtonStore }>;
  pass(ms: Millis): Promise<void>;
}

export const onceContract = (name: string, harness: OnceHarness): void => describe(`${name} does things once`, () => {
  let once: OnceStore;
  let buttons: ButtonStore;
  beforeEach(async () => { ({ once, buttons } = await harness.fresh()); });

  test('of many callers with one key one is first, until the time has passed', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => once.first('delivery-1', 1000)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await once.first('delivery-2', 1000)).toBe(true);
    await harness.pass(999_000);
    expect(await once.first('delivery-1', 1000)).toBe(true);
    expect(await once.first('delivery-1', 1000)).toBe(false);
  });

  test('a code names its person to exactly one caller', async () => {
    const code = await once.issueCode('link', 'ana', 60_000);
    expect(code).toMatch(/^[A-HJKMNP-TV-Z2-9]{8}$/);
    const answers = await Promise.all(Array.from({ length: 30 }, () => once.redeemCode('link', code)));
    expect(answers.filter((person) => person !== null)).toEqual(['ana']);
  });

  test('a code may be typed in lower case with a dash, but not for another purpose and not too late', async () => {
    const [typed, other, late] = await Promise.all([once.issueCode('link', 'ana', 60_000), once.issueCode('link', 'ben', 60_000), once.issueCode('link', 'cem', 60_000)]);
    expect(await once.redeemCode('link', ` ${typed.slice(0, 4).toLowerCase()}-${typed.slice(4)}`)).toBe('ana');
    expect(await once.redeemCode('token', other)).toBeNull();
    expect(await once.redeemCode('link', 'ABCDEFGH')).toBeNull();
    await harness.pass(60_001);
    expect(await once.redeemCode('link', late)).toBeNull();
  });

  test('a button keeps its id, which tells nothing and finds it again', async () => {
    const hold = { verb: 'hold', subject: 'R-12', epoch: 1, attest: null };
    const [id, same] = await Promise.all([buttons.idFor(hold), buttons.idFor({ ...hold })]);
    expect(same).toBe(id);
    expect(await buttons.idFor({ ...hold, epoch: 2 })).not.toBe(id);
    expect(await buttons.idFor({ ...hold, attest: 'pbrazos' })).not.toBe(id);
    expect(id).not.toMatch(/hold|R-12/);
    expect(await buttons.lookUp(id)).toEqual({ id, ...hold });
    expect(await buttons.lookUp('forged')).toBeNull();
  });
});
