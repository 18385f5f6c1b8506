import type { Estate } from '../../../src/core/estate.js';
import { hasInside } from '../estates.js';
import type { Random } from '../random.js';
import type { Act } from './table.js';
import type { Ask } from './people.js';

interface Story { readonly weight: number; acts(random: Random, estate: Estate): Act[] }

const act = (kind: string, what: object): Act => ({ kind, with: what });
const rest = act('rest', { minutes: 8 });
const pass = (minutes: number): Act => act('pass', { minutes });
const agree = (random: Random): Act => act('agree', { run: 0, node: random.below(2) });
const mendAll = act('mend', { which: 'all' });
/** Asked for, approved, and left alone until it is over or waits. */
const does = (random: Random, what: Ask, tenant = 0, back = false, which?: number): Act[] => [act('ask', { who: random.pick(['ana', 'ben']), what, tenant, back, node: random.below(2), ...(which === undefined ? {} : { which }) }), agree(random), rest];
/** Somewhere in the middle of what goes on. */
const moment = (random: Random): Act => pass(random.pick([0.02, 0.2, 0.4, 0.5, 0.7, 1, 1.5]));
const begins = (random: Random, what: Ask, tenant = 0, back = false, which?: number): Act[] => [...does(random, what, tenant, back, which).slice(0, 2), moment(random)];
/** In which way the home of the first tenant is lost. */
const lost = (random: Random, { tenants, sites }: Estate): Act => {
  const home = sites.find(({ name }) => name === tenants[0]!.homeSite)!;
  return act('fault', random.pick([
    { fault: 'site-down', target: home.name }, { fault: 'host-down', target: home.hosts[0]!.name },
    { fault: 'hmc-unreachable', target: home.hmcs[0]!.name }, { fault: 'storage-unreachable', target: home.storageAgents[0]!.name },
  ]));
};
/** Cleanup and resync after an unplanned move: asked for by people, or proposed by Lifeboat, which has eyes of its own. */
const clearUp = (random: Random): Act[] => [...does(random, 'cleanup'), ...does(random, 'resync')];
const proposed = (random: Random): Act[] => [pass(1), agree(random), rest];

/** What a night is about. What goes wrong comes in between. One entry per story. */
const stories: readonly Story[] = [
  { weight: 3, acts: (random) => does(random, 'planned') },
  { weight: 3, acts: (random) => [...does(random, 'planned'), pass(0.6), rest, ...does(random, 'planned', 0, true)] },
  { weight: 3, acts: (random, estate) => [lost(random, estate), pass(random.pick([0.5, 2])), ...does(random, 'unplanned'), pass(0.6), mendAll, ...proposed(random), ...proposed(random), pass(0.6), rest, ...does(random, 'planned', 0, true)] },
  { weight: 2, acts: (random, estate) => [lost(random, estate), ...begins(random, 'unplanned'), mendAll, rest, ...clearUp(random)] },
  { weight: 2, acts: (random) => [...does(random, 'unplanned'), ...clearUp(random)] },
  // The other side is lost before the first has been mirrored again: there is nowhere good to go.
  { weight: 1, acts: (random, estate) => [lost(random, estate), ...does(random, 'unplanned'), mendAll, pass(0.4), ...does(random, 'unplanned', 0, true), ...does(random, 'cleanup', 0, true)] },
  { weight: 2, acts: (random, estate) => [act('fault', { fault: 'boot-fails', target: random.pick(estate.tenants[0]!.vms).name }), ...does(random, random.pick(['planned', 'unplanned'])), mendAll, ...does(random, 'recover')] },
  { weight: 2, acts: (random, estate) => [...begins(random, 'planned'), lost(random, estate), rest, mendAll, act('go-on', { run: 0, node: 0 }), rest] },
  { weight: 2, acts: (random) => [...begins(random, 'planned'), act('type', { who: 'ana', what: random.pick(['cancel', 'hold']), run: 0, times: 1, node: random.below(2) }), rest, act('go-on', { run: 0, node: 0 }), rest] },
  { weight: 1.5, acts: (random) => [act('spoil-action', { fault: random.pick(['failed', 'unknown', 'done-and-unknown', 'crash']) }), ...does(random, 'hooked'), act('type', { who: 'ana', what: random.pick(['retry', 'skip waiver="never mind"']), run: 0, times: 1, node: 0 }), act('type', { who: 'ben', what: random.pick(['retry', 'skip waiver="never mind"']), run: 0, times: 1, node: 1 }), rest] },
  { weight: 2, acts: (random) => [...does(random, random.pick(['planned', 'unplanned']), 0).slice(0, 2), ...does(random, random.pick(['planned', 'unplanned']), 1), rest] },
  { weight: 1.5, acts: (random) => [...does(random, 'group'), ...does(random, 'group', 0, true)] },
  // Somebody asks, the world changes, somebody approves.
  { weight: 1.5, acts: (random, estate) => [act('ask', { who: 'ana', what: random.pick(['planned', 'unplanned']), tenant: 0, back: false, node: 0 }), lost(random, estate), agree(random), rest, mendAll, agree(random), rest] },
  { weight: 1, acts: () => [] },
];

const any = (random: Random): number => random.below(3);
const stops = (random: Random): Act => act('automation', { on: false, who: random.pick(['ana', 'vic', 'dora']), node: random.below(2) });
const letsGo = act('automation', { on: true, who: 'ana', node: 0 });
/** Something fails inside the home site that Lifeboat sees to by itself, and how long until it has seen it. */
const fails = (random: Random, { tenants: [tenant] }: Estate): Act[] => [act('fault', random.pick([
  ...tenant!.vms.flatMap(({ name, apps = [] }) => [{ fault: 'vm-crash', target: name }, { fault: 'vm-hang', target: name }, ...apps.flatMap((app) => [{ fault: 'app-fails-until-reboot', target: app.name }, { fault: 'app-fails-until-moved', target: app.name }])]),
  ...tenant!.hostGroups[0]!.hosts.map((target) => ({ fault: random.pick(['host-down', 'host-down', 'host-error', 'host-unreachable']), target })),
])), pass(random.pick([1.7, 2, 2.5, 3]))];

/** What is done inside a site, and on clones. */
const storiesInside: readonly Story[] = [
  { weight: 3, acts: (random) => [...does(random, 'rehearse'), pass(random.pick([0.5, 4])), ...does(random, 'end-rehearsal')] },
  // The disaster comes in the middle of a rehearsal, or while its copies still hold the recovery hosts.
  { weight: 4, acts: (random, estate) => [...random.pick([begins, does])(random, 'rehearse'), lost(random, estate), pass(random.pick([0.5, 2])), ...does(random, 'unplanned'), pass(0.6), mendAll, ...clearUp(random), ...does(random, 'end-rehearsal', 0, true)] },
  { weight: 2, acts: (random) => [...does(random, 'rehearse'), ...does(random, 'planned'), ...does(random, 'end-rehearsal', 0, true)] },
  { weight: 2, acts: (random) => [...begins(random, random.pick(['rehearse', 'restart', 'lpm']), 0, false, any(random)), act('type', { who: 'ana', what: random.pick(['cancel', 'hold']), run: 0, times: 1, node: random.below(2) }), rest, act('go-on', { run: 0, node: 0 }), rest, ...does(random, 'end-rehearsal')] },
  { weight: 3, acts: (random) => [...does(random, random.pick(['restart', 'restart-host']), 0, false, any(random)), pass(0.6), rest, ...does(random, 'restore', 0, false, any(random))] },
  { weight: 3, acts: (random) => [...does(random, random.pick(['lpm', 'lpm-host']), 0, false, any(random)), pass(0.6), rest, ...does(random, 'restore', 0, false, any(random))] },
  { weight: 2, acts: (random, estate) => [...begins(random, random.pick(['lpm', 'lpm-host', 'restart', 'restart-host']), 0, false, any(random)), ...fails(random, estate), rest, mendAll, act('go-on', { run: 0, node: 0 }), rest] },
  { weight: 4, acts: (random, estate) => [...fails(random, estate), pass(random.pick([0.2, 1])), rest, ...random.pick([[], proposed(random)]), mendAll, pass(2), rest, ...does(random, 'restore', 0, false, any(random))] },
  { weight: 3, acts: (random, estate) => [...fails(random, estate), moment(random), stops(random), pass(random.pick([1, 3])), ...random.pick([[], proposed(random)]), letsGo, pass(1), rest, mendAll, pass(1), rest] },
];

export const drawStory = (random: Random, estate: Estate): Act[] => random.weighted(hasInside(estate) ? [...storiesInside, ...stories] : stories).acts(random, estate);
