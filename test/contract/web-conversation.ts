import { beforeEach, describe, expect, test } from '@jest/globals';
import { createWebChannel } from '../../src/drivers/channel/web/channel.js';
import type { Card } from '../../src/ports/channel.js';
import type { WebConversationStore } from '../../src/ports/web-conversation.js';

const card = (heading: string): Card => ({ heading, body: `body of ${heading}`, actions: [{ id: 'b1', verb: 'hold', label: 'Hold', style: 'plain' }], text: heading, tone: 'info' });

export const webConversationContract = (name: string, fresh: () => Promise<WebConversationStore>): void => describe(`${name} is a WebConversationStore`, () => {
  let store: WebConversationStore;
  beforeEach(async () => { store = await fresh(); });
  const put = (key: string, at: number, more: { conversation?: string; thread?: string } = {}) => store.put({ key, conversation: more.conversation ?? 'channel:cluster01', thread: more.thread ?? null, card: card(key) }, at);

  test('a message comes back as it was put', async () => {
    const posted = await put('run:R-1', 10);
    expect(posted).toEqual({ key: 'run:R-1', conversation: 'channel:cluster01', thread: null, card: card('run:R-1'), version: 1, change: 1, postedAt: 10, changedAt: 10 });
    expect(await store.get('run:R-1')).toEqual(posted);
    expect(await store.get('run:R-2')).toBeNull();
  });

  test('one key is one message: putting it again edits it in its place', async () => {
    await put('a', 10);
    await put('b', 20);
    await store.put({ key: 'a', conversation: 'channel:cluster01', thread: null, card: card('newer') }, 30);
    const messages = await store.list({ conversation: 'channel:cluster01', limit: 10 });
    expect(messages.map((message) => [message.key, message.card.heading, message.version, message.postedAt, message.changedAt])).toEqual([['a', 'newer', 2, 10, 30], ['b', 'b', 1, 20, 20]]);
  });

  test('an edit keeps the place, and an edit of what is gone says so', async () => {
    await put('a', 10);
    expect(await store.update('a', card('edited'), 15)).toMatchObject({ key: 'a', version: 2, postedAt: 10, changedAt: 15, card: { heading: 'edited' } });
    expect(await store.update('never', card('x'), 15)).toBeNull();
  });

  test('a list holds the newest messages of one conversation, oldest first, without threads', async () => {
    for (const [index, key] of ['a', 'b', 'c'].entries()) await put(key, 10 + index);
    await put('elsewhere', 5, { conversation: 'person:ana' });
    await put('reply', 30, { thread: 'a' });
    expect((await store.list({ conversation: 'channel:cluster01', limit: 2 })).map((message) => message.key)).toEqual(['b', 'c']);
    expect((await store.list({ conversation: 'person:ana', limit: 2 })).map((message) => message.key)).toEqual(['elsewhere']);
  });

  test('a thread is listed alone and counted at its root', async () => {
    await put('root', 10);
    await put('one', 11, { thread: 'root' });
    await put('two', 12, { thread: 'root' });
    expect((await store.list({ conversation: 'channel:cluster01', thread: 'root', limit: 10 })).map((message) => message.key)).toEqual(['one', 'two']);
    expect([...await store.replies('channel:cluster01')]).toEqual([['root', 2]]);
    expect([...await store.replies('person:ana')]).toEqual([]);
  });

  test('changes are told in their order, each message in its newest version', async () => {
    await put('a', 10);
    await put('b', 20);
    const seen = await store.head();
    expect(await store.changedAfter(seen, 10)).toEqual([]);
    await put('c', 30);
    await store.update('a', card('edited'), 40);
    await store.update('a', card('edited again'), 50);
    const changes = await store.changedAfter(seen, 10);
    expect(changes.map((message) => [message.key, message.version])).toEqual([['c', 1], ['a', 3]]);
    expect(changes.at(-1)?.change).toBe(await store.head());
    expect(await store.changedAfter(0, 1)).toHaveLength(1);
  });

  test('a reader that follows while many write misses nothing', async () => {
    const written = Array.from({ length: 60 }, (_, index) => `m${index}`);
    const seen = new Set<string>();
    let place = 0;
    const follow = async (): Promise<void> => {
      for (const message of await store.changedAfter(place, 7)) { seen.add(message.key); place = message.change; }
    };
    await Promise.all([...written.map((key, index) => put(key, index)), ...Array.from({ length: 30 }, follow)]);
    while (place < await store.head()) await follow();
    expect([...seen].toSorted()).toEqual(written.toSorted());
  });

  test('as a channel it posts to conversations, private ones and threads, and asks for a new post when the message is gone', async () => {
    const channel = createWebChannel(store, { now: () => 77, sleep: async () => undefined, every: () => () => undefined });
    const root = await channel.post({ kind: 'channel', channel: 'cluster01' }, card('root'), { key: 'k1' });
    const reply = await channel.post({ kind: 'channel', channel: 'cluster01' }, card('reply'), { key: 'k2', thread: root });
    const ask = await channel.post({ kind: 'person', person: 'ana', identity: 'ana' }, card('ask'), { key: 'k3' });
    expect([root, reply, ask]).toEqual([
      { surface: 'web', conversation: 'channel:cluster01', message: 'k1' }, { surface: 'web', conversation: 'channel:cluster01', message: 'k2' }, { surface: 'web', conversation: 'person:ana', message: 'k3' },
    ]);
    expect(await store.get('k2')).toMatchObject({ thread: 'k1', postedAt: 77 });
    await channel.update(root, card('edited'));
    expect(await store.get('k1')).toMatchObject({ version: 2, card: { heading: 'edited' } });
    await expect(channel.update({ ...root, message: 'gone' }, card('x'))).rejects.toMatchObject({ code: 'gone' });
    expect(await channel.post({ kind: 'channel', channel: 'cluster01' }, card('root'), { key: 'k1' })).toEqual(root);
  });
});
