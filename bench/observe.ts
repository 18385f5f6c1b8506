import { createDesk } from '../src/desk/create-desk.js';
import type { DeskParts } from '../src/desk/parts.js';
import type { Estate, Person } from '../src/core/estate.js';
import { lifeboat } from '../src/core/names.js';
import { emptyState, fold } from '../src/core/state.js';
import { createSystemClock } from '../src/durable/clock.js';
import { createEngine } from '../src/engine/engine.js';
import type { HostSeen, Hypervisor, Storage } from '../src/ports/world.js';
import { largeEstate } from './estate.js';
import { percentile, report, rounded } from './result.js';

const vms = 10_000;
const rounds = 12;
const warmUp = 2;
/** hmc_ping_timer's least: between two looks (reference/ksys.md 2.3). */
const pollEveryMs = 10_000;
const ana: Person = { name: 'ana', displayName: 'Ana', roles: ['operator', 'approver'], tenants: 'all', email: null, phone: null, timeZone: null };

/**
 * One look of the monitor at 10,000 VMs with agents and applications, answers parsed from text as a driver gets them; meanwhile somebody asks the desk again and again. Beside it,
 * interleaved: the same texts parsed and nothing else, and the same questions with no look going on.
 */
export async function observe(): Promise<void> {
  const estate = watchedEstate();
  const state = fold(emptyState(), { seq: 1, stream: 'estate', streamSeq: 1, tenant: null, actor: lifeboat('start'), at: 0, event: { type: 'estate.imported', estate, source: 'bench', digest: 'bench' }, digest: '', chain: '' });
  const texts = new Map(answers(estate).map((host) => [host.host, JSON.stringify(host)]));
  const clock = createSystemClock();
  const hypervisor = { flags: { honoursKeys: true }, pingHmc: async (hmc: string) => ({ saw: `HMC ${hmc} answers`, by: 'bench', at: clock.now() }), observeHost: async (_hmc: string, host: string) => JSON.parse(texts.get(host)!) as HostSeen } as unknown as Hypervisor;
  const group = JSON.stringify({ group: '', site: 'north', role: 'primary', link: 'SYNC', lagMs: 0, divergentWrites: 0, writable: true, volumes: [], clone: null, evidence: { saw: 'x', by: 'bench', at: 0 } });
  const storage = { ping: async (agent: string) => ({ saw: `${agent} answers`, by: 'bench', at: clock.now() }), observeGroup: async () => JSON.parse(group) as never } as unknown as Storage;
  const engine = createEngine({ hypervisor, storage, clock });
  const desk = createDesk({ live: { current: state, reach: async () => undefined, onEntries: () => () => undefined }, clock, controller: engine, runbooks: [], surfaces: ['web'], version: 'bench', log: () => undefined } as unknown as DeskParts);

  const took: Record<'look' | 'bare' | 'chat' | 'chatAlone', number[]> = { look: [], bare: [], chat: [], chatAlone: [] };
  const timed = async <T>(what: keyof typeof took, counts: boolean, work: () => Promise<T> | T): Promise<T> => {
    const began = performance.now();
    const value = await work();
    if (counts) took[what].push(performance.now() - began);
    return value;
  };
  /** Somebody asks when the event loop lets them; how long the answer takes is counted from when it was due. */
  const chatting = async (counts: boolean, what: 'chat' | 'chatAlone', over: () => boolean): Promise<void> => {
    while (!over()) {
      const due = performance.now();
      await new Promise((go) => { setTimeout(go, 5); });
      await desk.command({ person: ana, surface: 'web' }, 'query system status');
      if (counts) took[what].push(performance.now() - due - 5);
    }
  };
  let raised = 0;
  for (let round = 0; round < warmUp + rounds; round++) {
    const counts = round >= warmUp;
    let over = false;
    const talk = chatting(counts, 'chat', () => over);
    const seen = await timed('look', counts, () => engine.observe(state, clock.now(), AbortSignal.timeout(pollEveryMs), new Set()));
    over = true;
    await talk;
    raised = seen.raised.length;
    await timed('bare', counts, () => { for (const text of texts.values()) JSON.parse(text); });
    const until = performance.now() + 100;
    await chatting(counts, 'chatAlone', () => performance.now() > until);
  }
  if (raised !== failing) throw new Error(`${failing} VMs are silent, and ${raised} were seen to be.`);
  report('observe', { lookShareOfInterval: percentile(took.look, 0.99) / pollEveryMs, lookOverBareParse: percentile(took.look.map((each, round) => each / took.bare[round]!), 0.5), chatP99Ms: percentile(took.chat, 0.99) }, {
    vms, hosts: estate.sites.flatMap((site) => site.hosts).length, rounds, lookMs: rounded(percentile(took.look, 0.5)), lookWorstMs: rounded(Math.max(...took.look)), bareParseMs: rounded(percentile(took.bare, 0.5)), chatAloneP99Ms: rounded(percentile(took.chatAlone, 0.99)), raised,
  });
}

/** So many VMs have missed their heartbeats for long. */
const failing = 10;

function watchedEstate(): Estate {
  const large = largeEstate(vms);
  return { ...large, people: [ana], tenants: large.tenants.map((tenant) => ({ ...tenant, clusterType: 'HADR' as const, vms: tenant.vms.map((vm) => ({ ...vm, agent: true as const, apps: [{ name: `${vm.name}_app`, monitorScript: '/m', startScript: '/s', stopScript: '/t', critical: true }] })) })) };
}

function answers(estate: Estate): HostSeen[] {
  const [tenant] = estate.tenants;
  return estate.sites.flatMap((site) => site.hosts.map((host): HostSeen => ({
    host: host.name, uuid: host.uuid, power: 'Operating', freeMemoryMb: 1, freeProcessors: 1, vioses: host.vioses.map((name) => ({ name, up: true, monitorMode: 'GLOBAL' })), wwpns: ['c05076'], vlans: host.vlans, vswitches: ['ETHERNET0'],
    lpars: tenant!.vms.filter((vm) => vm.host === host.name).map((vm) => ({
      vm: vm.name, uuid: vm.uuid, state: 'Running', ipAddress: '192.0.2.9', disks: vm.disks, vlan: 10, vswitch: 'ETHERNET0', referenceCode: null, upForMs: 1_000_000, restartedElsewhere: false,
      agent: { silentForMs: Number(vm.name.slice(2)) < failing ? 3_600_000 : 0, cpuPercent: 40, losesPackets: false, apps: [{ name: `${vm.name}_app`, status: 'GREEN', restarts: 0 }] },
    })),
    evidence: { saw: `host ${host.name} is Operating`, by: 'bench', at: 0 },
  })));
}
