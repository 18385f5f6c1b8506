import type { WebClient } from '@slack/web-api';
import type { Millis } from '../../../core/names.js';
import type { Clock } from '../../../ports/clock.js';
import { toChannelError } from './errors.js';
import type { SlackLog } from './log.js';
import type { Workspaces } from './workspaces.js';

export interface UserGroupSettings {
  /** Tenant to user group, S0123ABCD. */
  readonly groups: ReadonlyMap<string, string>;
  /** Identities of those who belong in it now. */
  readonly membersOf: (tenant: string) => readonly string[];
  /** Calls back when somebody else may belong in one. Returns how to stop. */
  readonly onChange: (listener: () => void) => () => void;
}

const lookEveryMs: Millis = 300_000;

/**
 * User groups follow Lifeboat, never the other way round: who may decide is the estate's to say, and somebody who joins a group in Slack gains nothing.
 * With @dr-cluster01 people reach those who could decide now. A group is never emptied: Slack takes no empty one, and nobody would be reached.
 */
export function createUserGroups({ groups, membersOf, onChange }: UserGroupSettings, { workspaces, clock, log }: { readonly workspaces: Pick<Workspaces, 'main' | 'client'>; readonly clock: Clock; readonly log: SlackLog }): { start(): void; stop(): void } {
  const troubles = new Map<string, string>();
  const stops: (() => void)[] = [];
  let at: Promise<void> = Promise.resolve();

  async function follow(client: WebClient, tenant: string, group: string): Promise<void> {
    const wanted: string[] = [];
    for (const identity of membersOf(tenant)) {
      const [workspace = '', user = ''] = identity.split('/');
      // People of other workspaces cannot be in it.
      if (await workspaces.client(workspace).catch(() => null) === client) wanted.push(user);
    }
    if (wanted.length === 0) { complain(tenant, 'nobody who could decide is linked in Slack'); return; }
    const { users = [] } = await client.usergroups.users.list({ usergroup: group, include_disabled: true }).catch((error: unknown) => { throw toChannelError(error, 'usergroups.users.list'); });
    if (users.length !== wanted.length || wanted.some((user) => !users.includes(user))) {
      await client.usergroups.users.update({ usergroup: group, users: wanted.toSorted().join(',') }).catch((error: unknown) => { throw toChannelError(error, 'usergroups.users.update'); });
      log.info({ tenant, group }, `The Slack user group of ${tenant} was brought up to date: ${wanted.length} ${wanted.length === 1 ? 'person' : 'people'}.`);
    }
    troubles.delete(tenant);
  }

  function complain(tenant: string, why: string): void {
    if (troubles.get(tenant) === why) return;
    troubles.set(tenant, why);
    log.warn({ tenant, why }, 'A Slack user group does not follow who can decide, and stays as it is. Questions still reach them as direct messages. docs/slack.md says which scopes it takes.');
  }

  async function look(): Promise<void> {
    for (const [tenant, group] of groups) {
      try { await follow(await workspaces.main(), tenant, group); } catch (error) { complain(tenant, error instanceof Error ? error.message : String(error)); }
    }
  }
  /** One after the other: two looks at once could end with the older one. */
  const lookAgain = (): Promise<void> => (at = at.then(look));

  return {
    start() {
      void lookAgain();
      stops.push(onChange(() => void lookAgain()), clock.every(lookEveryMs, lookAgain));
    },
    stop() { for (const stop of stops.splice(0)) stop(); },
  };
}
