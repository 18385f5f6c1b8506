import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMemoryConversations } from '../../../../src/drivers/channel/web/memory-store.js';
import { createPgConversations } from '../../../../src/drivers/channel/web/pg-store.js';
import { createWebChannel } from '../../../../src/drivers/channel/web/channel.js';
import { startTestDatabase, type TestDatabase } from '../../../journal/database.js';
import { webConversationContract } from '../../../contract/web-conversation.js';

webConversationContract('the in-memory store', async () => createMemoryConversations());

describe('on PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => { database = await startTestDatabase(); });
  afterAll(async () => { await database.end(); });

  webConversationContract('the PostgreSQL store', async () => {
    await database.pool.query('drop table if exists lifeboat.web_message, lifeboat.web_message_head');
    return createPgConversations(database.pool);
  });

  test('nodes that start at once make one table', async () => {
    await database.pool.query('drop table if exists lifeboat.web_message, lifeboat.web_message_head');
    const stores = await Promise.all(Array.from({ length: 4 }, () => createPgConversations(database.pool)));
    expect(await Promise.all(stores.map((store) => store.head()))).toEqual([0, 0, 0, 0]);
  });

  test('a database that does not take a message is a channel that cannot be reached, without its words', async () => {
    const store = await createPgConversations(database.pool);
    await database.pool.query('alter table lifeboat.web_message rename to web_message_away');
    const channel = createWebChannel(store, { now: () => 1, sleep: async () => undefined, every: () => () => undefined });
    const card = { heading: 'h', body: 'b', actions: [], text: 't', tone: 'info' as const };
    await expect(channel.post({ kind: 'channel', channel: 'cluster01' }, card, { key: 'k' })).rejects.toMatchObject({ name: 'ChannelError', code: 'unreachable', message: expect.not.stringContaining('relation') });
    await database.pool.query('alter table lifeboat.web_message_away rename to web_message');
  });
});
