import { describe, expect, test } from '@jest/globals';
import { createButtonMemory } from '../../src/chatops/button-memory.js';
import { createMemoryButtonStore } from '../../src/journal/memory-once.js';
import type { KeyValues } from '../../src/web/deps.js';
import { remembered } from '../../src/web/remembered.js';
import { memoryKeys } from './support.js';

function storeThatGoesAway() {
  const inner = memoryKeys();
  const database = { away: false };
  const asked = <T>(work: () => Promise<T>): Promise<T> => (database.away ? Promise.reject(new Error('the database is away')) : work());
  const store: KeyValues = { get: (key) => asked(() => inner.get(key)), set: (key, value, ttl) => asked(() => inner.set(key, value, ttl)), delete: (key) => asked(() => inner.delete(key)) };
  return { inner, database, store: remembered(store) };
}

describe('sessions and tokens while the database is away', () => {
  test('who was known stays known, also who just signed in', async () => {
    const { inner, database, store } = storeThatGoesAway();
    await inner.set('old', { person: 'ana' });
    await store.get('old');
    await store.set('new', { person: 'ben' });
    database.away = true;
    expect([await store.get('old'), await store.get('new')]).toEqual([{ person: 'ana' }, { person: 'ben' }]);
    await expect(store.get('stranger')).rejects.toThrow('the database is away');
  });

  test('who signed out is not known, neither then nor because the store said so before', async () => {
    const { inner, database, store } = storeThatGoesAway();
    await store.set('a', { person: 'ana' });
    await store.set('b', { person: 'ben' });
    await inner.delete('b');
    expect(await store.get('b')).toBeUndefined();
    database.away = true;
    await expect(store.delete('a')).rejects.toThrow();
    await expect(store.get('a')).rejects.toThrow();
    await expect(store.get('b')).rejects.toThrow();
  });

  test('a sign-in that was not stored is none', async () => {
    const { database, store } = storeThatGoesAway();
    database.away = true;
    await expect(store.set('a', { person: 'ana' })).rejects.toThrow();
    await expect(store.get('a')).rejects.toThrow();
  });

  test('a button that was shown or pressed before still means what it meant', async () => {
    const inner = createMemoryButtonStore();
    let away = false;
    const buttons = createButtonMemory({ idFor: (button) => inner.idFor(button), lookUp: (id) => (away ? Promise.reject(new Error('away')) : inner.lookUp(id)) });
    const hold = { verb: 'hold', subject: 'R-1', epoch: 1, attest: null };
    const shown = await buttons.idFor(hold);
    const shownByAnother = await inner.idFor({ ...hold, subject: 'R-2' });
    away = true;
    expect(await buttons.lookUp(shown)).toEqual({ ...hold, id: shown });
    await expect(buttons.lookUp(shownByAnother)).rejects.toThrow('away');
    away = false;
    expect(await buttons.lookUp('nobody')).toBeNull();
  });
});
