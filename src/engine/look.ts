import type { Evidence } from '../core/dr-event.js';
import { protectionGroups, type Estate } from '../core/estate.js';
import type { HostGroupName } from '../core/names.js';
import { hasDr, systemOf } from '../core/policies.js';
import type { State } from '../core/state.js';
import type { Clock } from '../ports/clock.js';
import { DriverError, type GroupSeen, type HostSeen, type Sighting } from '../ports/world.js';
import { observeGroup, throughHmc, type World } from './site-access.js';

/** Who answers, and what each of them says. */
export interface Look extends Sighting {
  /** By HMC or storage agent: what it answered, or why it did not. */
  readonly answers: ReadonlyMap<string, { readonly ok: true; readonly evidence: Evidence } | { readonly ok: false; readonly why: string }>;
  /** Replication at the active side, by group; those that nobody could ask are not in it. */
  readonly groups: ReadonlyMap<HostGroupName, GroupSeen>;
}

/**
 * One look at every HMC, host, storage agent and disk group, side by side. Independent of any operation's lock: KSYS goes blind during a move, Lifeboat does not
 * (reference/ksys.md 4.1). Not seeing a host is not seeing it down: what does not answer is told apart from what answers badly.
 */
export async function look(world: World, estate: Estate, state: State, clock: Clock, signal: AbortSignal): Promise<Look> {
  const answers = new Map<string, { ok: true; evidence: Evidence } | { ok: false; why: string }>();
  const hosts = new Map<string, HostSeen>();
  const groups = new Map<HostGroupName, GroupSeen>();
  const ask = (name: string, ping: () => Promise<Evidence>): Promise<void> => ping().then((evidence) => { answers.set(name, { ok: true, evidence }); }, silent((why) => { answers.set(name, { ok: false, why }); }));
  await Promise.all([
    ...estate.sites.flatMap((site) => [
      ...site.hmcs.map((hmc) => ask(hmc.name, () => world.hypervisor.pingHmc(hmc.name, signal))),
      ...site.storageAgents.map((agent) => ask(agent.name, () => world.storage.ping(agent.name, signal))),
      ...site.hosts.map((host) => throughHmc(site, (hmc) => world.hypervisor.observeHost(hmc, host.name, signal)).then((seen) => { hosts.set(host.name, seen); }, silent(() => undefined))),
    ]),
    ...estate.tenants.filter((tenant) => hasDr(tenant) && systemOf(tenant).quickDiscovery).flatMap((tenant) => protectionGroups(tenant).map(({ name }) => observeGroup(world, estate, name, state.groups.get(name)?.activeSite ?? tenant.homeSite, signal).then((seen) => { groups.set(name, seen); }, silent(() => undefined)))),
  ]);
  const quiet = (names: readonly string[]): string[] => names.filter((name) => answers.get(name)?.ok === false);
  return { at: clock.now(), hosts, answers, groups, silentHmcs: quiet(estate.sites.flatMap((site) => site.hmcs.map((hmc) => hmc.name))), silentAgents: quiet(estate.sites.flatMap((site) => site.storageAgents.map((agent) => agent.name))) };
}

const silent = (told: (why: string) => void) => (error: unknown): void => {
  if (!(error instanceof DriverError)) throw error;
  told(error.message);
};
