import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { stringify, parse } from 'yaml';
import type { Estate, Person } from '../src/core/estate.js';
import { estateStream, runStream, type JournalEvent, type StateChange } from '../src/core/event.js';
import { lifeboat } from '../src/core/names.js';
import type { Plan } from '../src/core/plan.js';
import { createApplyEstate } from '../src/estate-desk.js';
import { createLiveState } from '../src/journal/live-state.js';
import { createMemoryJournal } from '../src/journal/memory.js';
import type { Journal } from '../src/ports/journal.js';
import { aPlan, fakeClock, silentLogger } from './web/support.js';

type Raw = { simulated: boolean; clock_rate: number; sites: { name: string; tenant?: string; hosts: { name: string; uuid: string }[] }[]; tenants: { name: string; home_site: string; auto_discovery_time: string; vms: { name: string; uuid: string; memory_mb: number }[] }[]; people: { name: string; roles: string[]; tenants: 'all' | string[] }[] };
const demo = readFileSync('estates/demo.yaml', 'utf8');
const edited = (change: (raw: Raw) => void): string => {
  const raw = parse(demo) as Raw;
  change(raw);
  return stringify(raw);
};
const bigger = edited((raw) => { raw.tenants[0]!.vms[0]!.memory_mb = 65_536; });
const withoutBilling = edited((raw) => { raw.tenants[0]!.vms.shift(); });

const stops: (() => unknown)[] = [];
afterEach(async () => { for (const stop of stops.splice(0)) await stop(); });

async function aDesk(wrap: (journal: Journal) => Journal = (journal) => journal) {
  const memory = createMemoryJournal({ clock: fakeClock(), log: silentLogger() });
  const journal = wrap(memory);
  const live = await createLiveState(memory);
  stops.push(() => live.stop());
  const append = async (stream: string, event: JournalEvent): Promise<void> => {
    const committed = await memory.append({ entries: [{ stream, tenant: null, actor: lifeboat('engine'), event }] });
    await live.reach(committed[0]!.seq);
  };
  const configured: Estate[] = [];
  const logged: string[] = [];
  const world = { fails: false };
  const apply = createApplyEstate({ journal, live, log: (message) => { logged.push(message); }, configure: async (estate) => { if (world.fails) throw new Error('away'); configured.push(estate); } });
  const provider: Person = { name: 'ana', displayName: 'Ana', roles: ['operator'], tenants: 'all', email: null, phone: null, timeZone: null };
  // The first import, as the start does it.
  const first = await import('../src/config/read-estate.js').then(({ readEstate }) => readEstate(demo, 'demo.yaml'));
  if (!first.ok) throw new Error('the demo estate is broken');
  await append(estateStream, { type: 'estate.imported', estate: first.estate, source: 'demo.yaml', digest: 'first' });
  const propose = (plan: Plan): Promise<void> => append(runStream(plan.run), { type: 'plan.proposed', plan, expiresAt: null });
  const proved = (...changes: StateChange[]): Promise<void> => append('run:R-9', { type: 'step.finished', run: 'R-9', step: 's', attempt: 1, outcome: 'done', why: null, remedy: null, probed: false, evidence: [], changes });
  return { apply, live, append, configured, logged, world, provider, propose, proved, memory };
}

test('without yes it shows the difference and changes nothing; with yes the file is in use, and the simulated world knows', async () => {
  const { apply, live, configured, provider, memory } = await aDesk();
  const changes = ['change VM billing of cluster01: memory from 32768 MB to 65536 MB'];
  expect(await apply(bigger, 'demo.yaml', false, provider)).toEqual({ ok: true, applied: false, changes });
  expect(live.current.estate!.tenants[0]!.vms[0]!.memoryMb).toBe(32_768);
  expect(await apply(bigger, 'demo.yaml', true, provider)).toEqual({ ok: true, applied: true, changes });
  expect(live.current.estate!.tenants[0]!.vms[0]!.memoryMb).toBe(65_536);
  expect(configured).toEqual([live.current.estate]);
  expect((await memory.read({})).at(-1)).toMatchObject({ stream: estateStream, actor: { kind: 'person', person: 'ana' }, event: { type: 'estate.imported', source: 'demo.yaml' } });
  expect(await apply(bigger, 'demo.yaml', true, provider)).toEqual({ ok: true, applied: false, changes: [] });
});

test.each<[string, Partial<Person>]>([['a viewer of the provider', { roles: ['viewer', 'approver'] }], ['a tenant\'s operator', { tenants: ['cluster01', 'cluster02'] }]])('%s may not, and learns who may', async (_title, change) => {
  const { apply, provider } = await aDesk();
  expect(await apply(bigger, 'demo.yaml', false, { ...provider, ...change })).toMatchObject({ ok: false, code: 'not-allowed', next: expect.stringContaining('ana') });
});

test('a broken file is refused with every line that is wrong', async () => {
  const { apply, provider, live } = await aDesk();
  const answer = await apply(demo.replace('home_site: customerA', 'home_site: customerX').replace('clock_rate: 10', 'clock_rates: 10'), 'mine.yaml', true, provider);
  expect(answer).toMatchObject({ ok: false, code: 'invalid', what: expect.stringMatching(/mine\.yaml:6 \(clock_rates\): 'clock_rates' is not known here/), command: 'lifeboat estate check mine.yaml' });
  expect(live.current.seq).toBe(1);
});

describe('refused, whoever asks', () => {
  test.each<[string, string, string, (raw: Raw) => void]>([
    ['a simulated estate that would become real', 'simulated', 'The estate in use is simulated', (raw) => { raw.simulated = false; }],
    ['another clock for a world that runs', 'clock-rate', 'at 10 times real speed', (raw) => { raw.clock_rate = 20; }],
    ['an estate that nobody could change again', 'nobody-left', 'nobody could change the estate again', (raw) => { for (const person of raw.people) if (person.tenants === 'all') person.roles = ['approver']; }],
  ])('%s', async (_title, code, says, change) => {
    const { apply, provider, live } = await aDesk();
    for (const confirmed of [false, true]) expect(await apply(edited(change), 'demo.yaml', confirmed, provider)).toMatchObject({ ok: false, code, what: expect.stringContaining(says) });
    expect(live.current.seq).toBe(1);
  });

  test('a real estate that would become simulated', async () => {
    const { apply, provider, append, live } = await aDesk();
    await append(estateStream, { type: 'estate.imported', estate: { ...live.current.estate!, simulated: false, clockRate: 1 }, source: 'real.yaml', digest: 'real' });
    expect(await apply(demo, 'demo.yaml', true, provider)).toMatchObject({ ok: false, code: 'simulated', what: expect.stringContaining('The estate in use is real') });
  });

  test('an entity that an open run uses; when the run is over, the file is taken', async () => {
    const { apply, provider, propose, append, live } = await aDesk();
    await propose(aPlan('R-1', 'cluster01', ['billing', 'payroll']));
    expect(await apply(withoutBilling, 'demo.yaml', false, provider)).toEqual({ ok: false, code: 'in-use', what: expect.stringContaining('R-1 (proposed) uses VM billing. '), next: expect.stringContaining('cancel it'), command: 'lifeboat query run R-1' });
    expect(await apply(bigger, 'demo.yaml', true, provider)).toMatchObject({ ok: true, applied: true });
    await append(runStream('R-1'), { type: 'plan.rejected', run: 'R-1', by: 'ben', reason: null });
    expect(await apply(withoutBilling, 'demo.yaml', true, provider)).toMatchObject({ ok: true, applied: true });
    expect(live.current.vms.has('billing')).toBe(false);
  });

  test('a VM that would become another one under a run', async () => {
    const { apply, provider, propose } = await aDesk();
    await propose(aPlan('R-1', 'cluster01', ['billing']));
    const other = edited((raw) => { raw.tenants[0]!.vms[0]!.uuid = '11111111-1111-4111-8111-111111111111'; });
    expect(await apply(other, 'demo.yaml', true, provider)).toMatchObject({ ok: false, code: 'in-use', what: expect.stringContaining('VM billing') });
  });

  test('a host that goes while VMs run there', async () => {
    const { apply, provider, proved } = await aDesk();
    await proved({ kind: 'vm', vm: 'billing', state: 'READY_TO_MOVE', reason: null, power: 'running', host: 'pbrazos', site: 'customerA' });
    const renamed = demo.replaceAll('pbrazos', 'magneton');
    expect(await apply(renamed, 'demo.yaml', true, provider)).toMatchObject({ ok: false, code: 'runs-there', what: 'VM billing runs on pbrazos at customerA, and the file has no such host.' });
  });

  test('a site that goes while a group is active there', async () => {
    const { apply, provider, proved } = await aDesk();
    await proved({ kind: 'group', group: 'HG_A', activeSite: 'service_provider' });
    expect(await apply(demo.replaceAll('service_provider', 'other_provider'), 'demo.yaml', true, provider)).toMatchObject({ ok: false, code: 'active-elsewhere', what: expect.stringContaining('HG_A is active at service_provider') });
  });
});

test('two people who apply at once: the second difference is worked out anew', async () => {
  let interfere: (() => Promise<void>) | null = null;
  const { apply, provider, append, live } = await aDesk((journal) => ({ ...journal, append: async (request) => { const first = interfere; interfere = null; await first?.(); return journal.append(request); } }));
  const estate = structuredClone(live.current.estate!) as unknown as { tenants: { autoDiscoveryTime: string }[] };
  estate.tenants[0]!.autoDiscoveryTime = '04:00';
  interfere = () => append(estateStream, { type: 'estate.imported', estate: estate as unknown as Estate, source: 'other.yaml', digest: 'other' });
  expect(await apply(bigger, 'demo.yaml', true, provider)).toEqual({ ok: true, applied: true, changes: ['change tenant cluster01: auto discovery time from 04:00 to 02:00', 'change VM billing of cluster01: memory from 32768 MB to 65536 MB'] });
});

test('a world that does not answer hears of it at the next start; the estate is in use all the same', async () => {
  const { apply, provider, world, logged } = await aDesk();
  world.fails = true;
  expect(await apply(bigger, 'demo.yaml', true, provider)).toMatchObject({ applied: true });
  expect(logged).toEqual([expect.stringContaining('at the next start')]);
});

test('another order of the same entries can be applied, so that the file and the estate in use agree', async () => {
  const { apply, provider } = await aDesk();
  const turned = edited((raw) => { raw.people.reverse(); });
  expect(await apply(turned, 'demo.yaml', true, provider)).toEqual({ ok: true, applied: true, changes: ['change estate: only the order in which things are listed'] });
  expect(await apply(turned, 'demo.yaml', true, provider)).toMatchObject({ applied: false, changes: [] });
});
