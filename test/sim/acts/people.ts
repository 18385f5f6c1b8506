import type { Estate, Tenant } from '../../../src/core/estate.js';
import type { RunState } from '../../../src/core/run-state.js';
import type { Night } from '../night.js';
import { hasInside } from '../estates.js';
import type { Random } from '../random.js';
import type { Act, ActKind } from './table.js';

export const people = ['ana', 'ben', 'chris', 'vic', 'dora', 'erik'] as const;
const somebody = (random: Random): string => (random.chance(0.7) ? random.pick(['ana', 'ben', 'chris']) : random.pick(people));
const node = (random: Random): number => random.below(2);

const plannedMove = ({ name, homeSite, backupSite }: Tenant, back: boolean): string => `move site from=${back ? backupSite : homeSite} to=${back ? homeSite : backupSite} tenant=${name}`;
/** What people ask for, one entry per verb, for a tenant and the way it may go. A new verb is one more line. */
const acrossSites = {
  planned: plannedMove,
  unplanned: (tenant: Tenant, back: boolean) => `${plannedMove(tenant, back)} dr_type=unplanned`,
  hooked: ({ name, homeSite, backupSite }: Tenant, back: boolean) => `run runbook hooked-move from=${back ? backupSite : homeSite} to=${back ? homeSite : backupSite} tenant=${name}`,
  group: ({ hostGroups }: Tenant, back: boolean) => `move host_group ${hostGroups.at(back ? -1 : 0)!.name}`,
  cleanup: ({ name, homeSite, backupSite }: Tenant, back: boolean) => `cleanup site ${back ? backupSite : homeSite} tenant=${name}`,
  resync: ({ name, homeSite, backupSite }: Tenant, back: boolean) => `resync site ${back ? backupSite : homeSite} tenant=${name}`,
  recover: ({ name, homeSite, backupSite }: Tenant, back: boolean) => `recover site ${back ? homeSite : backupSite} tenant=${name}`,
  discover: ({ name, homeSite, backupSite }: Tenant, back: boolean) => `discover site ${back ? backupSite : homeSite} tenant=${name}`,
  verify: ({ name, homeSite, backupSite }: Tenant, back: boolean) => `verify site ${back ? backupSite : homeSite} tenant=${name}`,
} as const;
const vmOf = ({ vms }: Tenant, which: number): string => vms[which % vms.length]!.name;
const hostOf = ({ hostGroups: [group] }: Tenant, which: number): string => group!.hosts[which % group!.hosts.length]!;
/** Inside a site, and on clones. `which`: of its VMs, or of its hosts. */
const insideSites = {
  rehearse: (tenant: Tenant, back: boolean) => `${plannedMove(tenant, back)} dr_test=yes`,
  'end-rehearsal': (tenant: Tenant, back: boolean) => `${acrossSites.cleanup(tenant, back)} dr_test=yes`,
  restart: (tenant: Tenant, _back: boolean, which = 0) => `restart vm ${vmOf(tenant, which)}`,
  'restart-host': (tenant: Tenant, _back: boolean, which = 0) => `restart host ${hostOf(tenant, which)}`,
  lpm: (tenant: Tenant, _back: boolean, which = 0) => `lpm vm ${vmOf(tenant, which)}`,
  'lpm-host': (tenant: Tenant, _back: boolean, which = 0) => `lpm host ${hostOf(tenant, which)}`,
  restore: (tenant: Tenant, _back: boolean, which = 0) => `restore host ${hostOf(tenant, which)}`,
  'cleanup-host': (tenant: Tenant, _back: boolean, which = 0) => `cleanup host ${hostOf(tenant, which)}`,
} as const;
export const asks = { ...acrossSites, ...insideSites } as const;
const asksAt = (estate: Estate): readonly Ask[] => Object.keys(hasInside(estate) ? asks : acrossSites) as Ask[];
export type Ask = keyof typeof asks;
export interface Asked { readonly who: string; readonly what: Ask; readonly tenant: number; readonly back: boolean; readonly node: number; readonly which?: number }

export const lineOf = ({ tenants }: Estate, { what, tenant, back, which }: Pick<Asked, 'what' | 'tenant' | 'back' | 'which'>): string => asks[what](tenants[tenant % tenants.length]!, back, which);

const ask: ActKind<Asked> = {
  weight: 2,
  draw: (random, estate) => ({ who: random.chance(0.9) ? random.pick(['ana', 'ben']) : somebody(random), what: random.pick(asksAt(estate)), tenant: random.below(2), back: random.chance(0.4), node: node(random), ...(hasInside(estate) ? { which: random.below(3) } : {}) }),
  play: (asked, night) => night.say(asked.who, lineOf(night.estate, asked), asked.node),
};

const typed = ['approve', 'approve', 'approve', 'reject', 'hold', 'hold', 'resume', 'resume', 'cancel', 'cancel force=yes', 'retry', 'skip waiver="never mind"'] as const;
const type: ActKind<{ who: string; what: (typeof typed)[number]; run: number; times: number; node: number }> = {
  weight: 6,
  draw: (random) => ({ who: somebody(random), what: random.pick(typed), run: random.pick([0, 0, 0, 1, 2]), times: random.pick([1, 1, 2]), node: node(random) }),
  async play({ who, what, run, times, node: slot }, night) {
    const id = await night.run(run);
    const [verb, ...more] = what.split(' ') as [string, ...string[]];
    if (id !== null) for (let time = 0; time < times; time++) await night.say(who, [verb, id, ...more].join(' '), slot);
  },
};

const pressed = ['approve', 'approve', 'approve', 'reject', 'hold', 'resume', 'cancel'] as const;
const press: ActKind<{ who: string; what: (typeof pressed)[number]; run: number; older: number; node: number }> = {
  weight: 3,
  draw: (random) => ({ who: somebody(random), what: random.pick(pressed), run: random.pick([0, 0, 0, 1, 2]), older: random.pick([0, 0, 1, 2]), node: node(random) }),
  async play({ who, what, run, older, node: slot }, night) {
    const id = await night.run(run);
    const at = await night.node(slot);
    if (id === null || !at.run(id)) return;
    const epoch = Math.max(1, at.run(id).plan.epoch - older);
    if (what === 'approve') night.oracle.pressed(who, id, epoch);
    await night.heard(at, at.press(who, { verb: what, subject: id, epoch }));
  },
};

/** Clicks that arrive at the same moment, at one node or at two. */
const together: ActKind<{ acts: Act[] }> = {
  weight: 2,
  draw: (random, estate) => ({ acts: Array.from({ length: 2 + random.below(2) }, () => (random.chance(0.75) ? { kind: 'type', with: type.draw(random, estate) } : { kind: 'ask', with: ask.draw(random, estate) })) }),
  async play({ acts }, night) { await Promise.all(acts.map((act) => (act.kind === 'type' ? type.play(act.with as never, night) : ask.play(act.with as never, night)))); },
};

/** People who do their job: they read what is asked, look where it says that somebody must, and say yes. Nobody attests what is not so. */
const agree: ActKind<{ run: number; node: number }> = {
  weight: 2,
  draw: (random) => ({ run: random.pick([0, 0, 1]), node: node(random) }),
  async play({ run, node: slot }, night) {
    for (const who of ['ben', 'chris', 'ana']) {
      const wanted = (await night.runs()).filter(({ status }) => status === 'proposed')[run];
      if (!wanted) return;
      if (wanted.plan.gate.attest !== null && runsAtSource(wanted, night)) return;
      await night.say(who, `approve ${wanted.plan.run}${wanted.plan.gate.attest === null ? '' : ` attest=${wanted.plan.gate.attest}`}`, slot);
    }
  },
};

/** What somebody sees who goes there. */
const runsAtSource = ({ plan }: RunState, night: Night): boolean => {
  const hosts = night.estate.sites.find(({ name }) => name === plan.operation.from)!.hosts.map(({ name }) => name);
  return Object.values(night.seen.instances).some((instance) => plan.vms.includes(instance.vm) && hosts.includes(instance.host) && instance.power === 'on');
};

const goOn: ActKind<{ run: number; node: number }> = {
  weight: 1,
  draw: (random) => ({ run: random.pick([0, 0, 1]), node: node(random) }),
  async play({ run, node: slot }, night) {
    const id = (await night.open()).filter(({ parked, held }) => parked !== null || held !== null)[run]?.plan.run;
    if (id !== undefined) for (const who of ['ana', 'ben', 'chris']) await night.say(who, `resume ${id}`, slot);
  },
};

/** The brake over what Lifeboat does by itself. Where nothing does, only a story pulls it. */
const automation: ActKind<{ on: boolean; who: string; node: number }> = {
  weight: 0,
  draw: (random) => ({ on: random.chance(0.5), who: random.pick(people), node: node(random) }),
  play: ({ on, who, node: slot }, night) => night.say(who, on ? 'start automation' : 'stop automation', slot),
};

export const peopleActs = { ask, type, press, together, agree, 'go-on': goOn, automation } as const;
