import { WebClient, type WebClientOptions } from '@slack/web-api';
import { ChannelError } from '../../../ports/channel.js';
import type { Home, SlackPerson } from './identity.js';
import type { Installations, Installed } from './installations.js';

export interface WorkspaceOptions {
  /** The workspace whose token stands in the environment. Null: none does. */
  readonly own: { readonly token: string; readonly home: () => Home | null } | null;
  /** Those that were installed through /slack/install. Null: that is not set up. */
  readonly installations: Installations | null;
  readonly clientOptions: WebClientOptions;
}

/** The workspaces in which this Lifeboat is installed, and a client for each. */
export interface Workspaces {
  /** The workspace of the environment's token, else the one installed first: where channels are that say nothing else. @throws ChannelError */
  main(): Promise<WebClient>;
  /** By the id of a workspace or of its organisation. @throws ChannelError where Lifeboat is not installed there. */
  client(id: string): Promise<WebClient>;
  /** As `client`; the main one where the person's own is not among them. @throws ChannelError */
  clientFor(person: SlackPerson): Promise<WebClient>;
  /** With what to answer a request: that of the workspace, else the main one. Null: Lifeboat is installed nowhere. */
  tokenFor(ids: { readonly team: string | null; readonly enterprise: string | null }): Promise<{ readonly token: string; readonly botUser: string | null } | null>;
  /** Who somebody is by their own workspace and organisation, whatever Slack says of the place. An organisation that is none of ours is left out. */
  known(person: SlackPerson): Promise<SlackPerson & { /** `stranger`: of a workspace in which Lifeboat is not installed. `unconfirmed`: said to be of our organisation, by the place alone. */ readonly claim: 'ours' | 'stranger' | 'unconfirmed' }>;
}

export function createWorkspaces({ own, installations, clientOptions }: WorkspaceOptions): Workspaces {
  const clients = new Map<string, WebClient>();
  const clientOf = (token: string): WebClient => {
    const known = clients.get(token);
    if (known) return known;
    const made = new WebClient(token, clientOptions);
    clients.set(token, made);
    return made;
  };
  /** Null: it is no workspace of ours by itself. */
  async function organisationOf(team: string | null): Promise<{ readonly enterprise: string | null } | null> {
    if (team === null) return null;
    const home = own?.home() ?? null;
    return home?.team === team ? home : await installations?.of(team) ?? null;
  }
  async function isOurOrganisation(id: string): Promise<boolean> {
    return own?.home()?.enterprise === id || await (installations?.of(id) ?? null) !== null || await ofOrganisation(id) !== null;
  }
  const isOwn = (id: string): boolean => { const home = own?.home() ?? null; return home !== null && (home.team === id || home.enterprise === id); };

  async function tokenOf(id: string | null): Promise<{ readonly token: string; readonly botUser: string | null } | null> {
    if (id === null) return null;
    if (own && isOwn(id)) return { token: own.token, botUser: own.home()?.botUser ?? null };
    return await installations?.of(id) ?? await ofOrganisation(id);
  }
  /** People of an organisation are reached through any of its workspaces. */
  async function ofOrganisation(id: string): Promise<Installed | null> {
    for (const each of await installations?.ids() ?? []) { const found = await installations!.of(each); if (found?.enterprise === id) return found; }
    return null;
  }
  async function first(): Promise<{ readonly token: string; readonly botUser: string | null } | null> {
    if (own) return { token: own.token, botUser: own.home()?.botUser ?? null };
    for (const id of await installations?.ids() ?? []) { const found = await tokenOf(id); if (found) return found; }
    return null;
  }
  const main = async (): Promise<WebClient> => {
    const found = await first();
    if (!found) throw new ChannelError('unreachable', 'Slack: Lifeboat is not installed in any workspace. An operator of the provider types "code slack-install" in the console or the CLI, and opens /slack/install.');
    return clientOf(found.token);
  };

  return {
    main,
    async client(id) {
      const found = await tokenOf(id);
      // Where there is one token, or Slack has not said yet whose it is, that one is meant.
      if (!found && own && (installations === null || own.home() === null)) return clientOf(own.token);
      if (!found) throw new ChannelError('unreachable', `Slack: Lifeboat is not installed in the workspace ${id}. An operator of the provider types "code slack-install" in the console or the CLI, and opens /slack/install.`);
      return clientOf(found.token);
    },
    async clientFor({ team, enterprise }) {
      const found = await tokenOf(team) ?? await tokenOf(enterprise);
      return found ? clientOf(found.token) : main();
    },
    async tokenFor({ team, enterprise }) {
      // Slack signed it for our app. Somebody from elsewhere, in a channel shared with ours, is refused by who they are, and told so.
      return await tokenOf(team) ?? await tokenOf(enterprise) ?? first();
    },
    async known(person) {
      // Slack has not said who we are: links alone decide.
      if (own && own.home() === null) return { ...person, claim: 'ours' };
      const found = await organisationOf(person.team);
      if (found !== null) return { ...person, enterprise: found.enterprise, claim: 'ours' };
      const ours = person.enterprise !== null && await isOurOrganisation(person.enterprise);
      if (!ours) return { ...person, enterprise: null, claim: person.team === null ? 'ours' : 'stranger' };
      return { ...person, claim: person.team === null || person.team === person.place ? 'ours' : 'unconfirmed' };
    },
  };
}
