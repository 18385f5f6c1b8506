import type { Installation, InstallationStore } from '@slack/bolt';
import { z } from 'zod';
import { createSeal } from './sealed.js';

/** The part of Keyv that this needs. */
export interface InstallationValues { get(key: string): Promise<unknown>; set(key: string, value: unknown): Promise<unknown>; delete(key: string): Promise<unknown> }

/** One workspace, or one organisation that has the app in all of its workspaces, as far as Lifeboat uses it. */
const installed = z.object({ id: z.string(), name: z.string().nullable(), enterprise: z.string().nullable(), botUser: z.string(), token: z.string().startsWith('xox') });
export type Installed = z.infer<typeof installed>;

export interface Installations extends InstallationStore {
  /** By the id of a workspace (T...) or an organisation (E...). */
  of(id: string): Promise<Installed | null>;
  /** Ids, the first installed first. */
  ids(): Promise<string[]>;
  remove(id: string): Promise<void>;
}

/** Order of installation. Two nodes that write it in the same moment may lose one entry: that workspace is found by its id all the same, and installing it again enters it. */
const listKey = 'list';
const keyOf = (id: string): string => `workspace/${id}`;

/** Where Bolt keeps what an installation brings: sealed, and only what is used. A person's own token is never asked for. */
export function createInstallations(store: InstallationValues, secret: string): Installations {
  const seal = createSeal(secret);
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => { const next = turn.then(work, work); turn = next.catch(() => undefined); return next; };
  const ids = async (): Promise<string[]> => z.array(z.string()).catch([]).parse(await store.get(listKey));

  const seen = new Map<string, Installed | null>();
  async function of(id: string): Promise<Installed | null> {
    try {
      const kept = await store.get(keyOf(id));
      const text = typeof kept === 'string' ? seal.open(kept) : null;
      const found = text === null ? null : installed.parse(JSON.parse(text));
      seen.set(id, found);
      return found;
    } catch (error) {
      // The database is away, and somebody may need to hold a run right now.
      const known = seen.get(id);
      if (known !== undefined) return known;
      throw error;
    }
  }

  const remove = (id: string): Promise<void> => inTurn(async () => {
    seen.delete(id);
    await store.delete(keyOf(id));
    await store.set(listKey, (await ids()).filter((each) => each !== id));
  });

  return {
    of, ids, remove,
    storeInstallation: (given) => inTurn(async () => {
      const one = read(given);
      await store.set(keyOf(one.id), seal.close(JSON.stringify(one)));
      const known = await ids();
      if (!known.includes(one.id)) await store.set(listKey, [...known, one.id]);
    }),
    // Bolt asks through Lifeboat's own `authorize`; the library's way of asking is not used.
    fetchInstallation: async () => { throw new Error('Installations are asked for by workspace.'); },
    deleteInstallation: async ({ enterpriseId, teamId, isEnterpriseInstall }) => { const id = isEnterpriseInstall ? enterpriseId : teamId; if (id) await remove(id); },
  };
}

/** @throws Error where Slack gave no bot. */
function read({ team, enterprise, bot, isEnterpriseInstall }: Installation): Installed {
  const owner: { readonly id: string; readonly name?: string } | undefined = isEnterpriseInstall ? enterprise : team;
  if (!owner || !bot) throw new Error('Slack gave no bot token for this installation. Compare the scopes of the app with docs/slack-manifest.yaml.');
  return installed.parse({ id: owner.id, name: owner.name ?? null, enterprise: enterprise?.id ?? null, botUser: bot.userId, token: bot.token });
}
