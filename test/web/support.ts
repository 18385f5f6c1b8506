import { jest } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import type { Evidence, Incident } from '../../src/core/dr-event.js';
import type { Estate, Person, Vm } from '../../src/core/estate.js';
import { estateStream, incidentStream, runStream, type JournalEntry, type JournalEvent } from '../../src/core/event.js';
import { lifeboat, type Actor, type TenantName } from '../../src/core/names.js';
import { digestOf, sha256, type Operation, type Plan, type Step } from '../../src/core/plan.js';
import { emptyState, fold } from '../../src/core/state.js';
import { createMemoryConversations } from '../../src/drivers/channel/web/memory-store.js';
import type { Card, InboundHandler } from '../../src/ports/channel.js';
import type { OutboxRow } from '../../src/ports/outbox.js';
import type { LiveState } from '../../src/ports/state.js';
import type { KeyValues, WebDeps } from '../../src/web/deps.js';

export const start = Date.UTC(2026, 2, 2, 14, 0, 0);

const vm = (name: string, host: string, hostGroup: string): Vm => ({ name, uuid: `uuid-${name}`, host, hostGroup, priority: 'medium', memoryMb: 8192, processors: 2, vlan: 10, disks: [{ name: 'hdisk0', sizeGb: 40, attachment: 'npiv', mirrored: true }] });
const host = (name: string) => ({ name, uuid: `uuid-${name}`, memoryMb: 262_144, processors: 24, vioses: [`${name}-vios1`], vlans: [10] });
const agent = (name: string) => ({ name, storageType: 'emc', serialNumber: '000196800573', ip: '192.0.2.11' });
const person = (name: string, displayName: string, roles: Person['roles'], tenants: Person['tenants']): Person => ({ name, displayName, roles, tenants, email: `${name}@provider.example`, phone: null, timeZone: null });

export const anEstate = (change: Partial<Estate> = {}): Estate => ({
  name: 'demo', simulated: true, timeZone: 'UTC', clockRate: 10, provider: { name: 'DR provider', channel: 'dr-provider' },
  sites: [
    { name: 'customerA', tenant: 'cluster01', hmcs: [{ name: 'vmhmc1', hostname: 'vmhmc1.customer-a.example' }], hosts: [host('pbrazos')], storageAgents: [agent('salocal_A')] },
    { name: 'customerB', tenant: 'cluster02', hmcs: [{ name: 'vmhmc5', hostname: 'vmhmc5.customer-b.example' }], hosts: [host('raichu')], storageAgents: [agent('salocal_B')] },
    { name: 'service_provider', tenant: null, hmcs: [{ name: 'vmhmc6', hostname: 'vmhmc6.provider.example' }], hosts: [host('snorlax'), host('gengar')], storageAgents: [agent('sarmeote')] },
  ],
  tenants: [
    { name: 'cluster01', ksysNode: 'r7r3m116', homeSite: 'customerA', backupSite: 'service_provider', contractPriority: 'gold', channel: 'cluster01', autoDiscoveryTime: '02:00', hostPairs: [{ active: 'pbrazos', backup: 'snorlax' }], hostGroups: [{ name: 'HG_A', hosts: ['pbrazos'], hostFailureDetectionTimeMs: 90_000 }], vms: ['billing', 'payroll', 'orders'].map((name) => vm(name, 'pbrazos', 'HG_A')) },
    { name: 'cluster02', ksysNode: 'r7r3m108', homeSite: 'customerB', backupSite: 'service_provider', contractPriority: 'silver', channel: 'cluster02', autoDiscoveryTime: '03:00', hostPairs: [{ active: 'raichu', backup: 'snorlax' }], hostGroups: [{ name: 'HG_B', hosts: ['raichu'], hostFailureDetectionTimeMs: 90_000 }], vms: ['crm', 'shop'].map((name) => vm(name, 'raichu', 'HG_B')) },
  ],
  people: [
    person('vic', 'Vic Larsen', ['viewer'], 'all'), person('ana', 'Ana Silva', ['operator', 'approver'], 'all'), person('ben', 'Ben Okafor', ['operator', 'approver'], 'all'),
    person('dora', 'Dora Meyer', ['viewer'], ['cluster01']), person('erik', 'Erik Sand', ['viewer'], ['cluster02']),
  ],
  contacts: [],
  ...change,
});

const evidence = (saw: string, by: string): Evidence => ({ saw, by, at: start });
const step = (id: string, says: string, after: string[], irreversible = false): Step => ({ id, kind: id.split(':')[0]!, says, entity: { class: 'vm', name: id.split(':')[1] ?? 'HG' }, args: {}, after, slots: [], irreversible, mutates: true, rank: 1, timeoutMs: 600_000, estimateMs: 30_000, attemptsMax: 3, onFailure: 'stop' });

export function aPlan(run: string, tenant: 'cluster01' | 'cluster02', vms: string[]): Plan {
  const [from, group, hmc, leftOut] = tenant === 'cluster01' ? ['customerA', 'HG_A', 'vmhmc1', 'orders'] : ['customerB', 'HG_B', 'vmhmc5', 'crm'];
  const operation: Operation = { verb: 'move', tenant, scope: { class: 'site', name: from }, hostGroups: [group], from, to: 'service_provider', drType: 'unplanned' };
  const steps = [step(`fail-over:${group}`, `fail storage of ${group} over to service_provider`, [], true), ...vms.map((name) => step(`start-vm:${name}`, `start ${name} on snorlax`, [`fail-over:${group}`]))];
  const plan = {
    run, epoch: 1, operation, tenant, runbook: 'host-failure', title: `unplanned move of ${from} to service_provider`, because: { incident: null, reason: null }, requestedBy: lifeboat('monitor'), steps, vms,
    excluded: [{ vm: leftOut, why: 'hdisk1 is not mirrored' }], loss: { words: 'up to 8 s of writes', boundMs: 8_000 }, irreversible: ['after step 1 writes of the old side are lost'], evidence: [evidence('No Connection', `HMC ${hmc}`)], facts: {},
    gate: { people: 2, role: 'approver' as const, expiresInMs: 900_000, attest: null }, locks: ['host:uuid-snorlax', `group:${group}`], urgency: 'disaster' as const, predictedMs: 240_000, policyVersion: '1', createdAt: start,
  };
  return { ...plan, digest: digestOf(plan) };
}

export function anIncident(id: string, tenant: TenantName | null, entity: string, site: string): Incident {
  const description = `Host ${entity} is down`;
  return {
    id, key: `HOST_FAILURE:${entity}`, tenant, site, title: description, severity: 'critical', openedAt: start, lastAt: start, resolvedAt: null, count: 1, proposedRun: null, causedBy: null,
    events: [{ name: 'HOST_FAILURE', severity: 'critical', entityClass: 'host', entity, uuid: null, tenant, site, description, occurredAt: start, source: 'engine', key: `HOST_FAILURE:${entity}`, evidence: [evidence('No Connection', tenant === 'cluster02' ? 'HMC vmhmc5' : 'HMC vmhmc1')] }],
  };
}

/** A journal in memory with its fold: what the web server reads. */
export function createWorld() {
  const entries: JournalEntry[] = [];
  const listeners = new Set<(batch: readonly JournalEntry[]) => void>();
  const state = emptyState();
  const live: LiveState = { current: state, reach: async () => undefined, onEntries: (listener) => { listeners.add(listener); return () => { listeners.delete(listener); }; } };
  const append = (stream: string, tenant: TenantName | null, event: JournalEvent, actor: Actor = lifeboat('engine')): void => {
    const seq = entries.length + 1;
    const entry: JournalEntry = { seq, stream, streamSeq: entries.filter((each) => each.stream === stream).length + 1, tenant, actor, at: start + seq * 1000, event, digest: sha256(JSON.stringify(event)), chain: sha256(String(seq)) };
    entries.push(entry);
    fold(state, entry);
    for (const listener of listeners) listener([entry]);
  };
  const journal: WebDeps['journal'] = {
    read: async ({ afterSeq = 0, stream, limit = 1_000 }) => entries.filter((entry) => entry.seq > afterSeq && (stream === undefined || entry.stream === stream)).slice(0, limit),
    append: async ({ entries: wanted }) => { for (const { stream, tenant, actor, event } of wanted) append(stream, tenant, event, actor); return entries.slice(-wanted.length); },
    verify: async () => ({ ok: true, entries: entries.length, head: sha256('head'), broken: null, erased: [], dropped: 0 }),
  };
  const importEstate = (estate: Estate): void => { append(estateStream, null, { type: 'estate.imported', estate, source: 'estates/demo.yaml', digest: 'digest' }); };
  const propose = (plan: Plan): void => { append(runStream(plan.run), plan.tenant, { type: 'plan.proposed', plan, expiresAt: start + 900_000 }); };
  const open = (incident: Incident): void => { append(incidentStream, incident.tenant, { type: 'incident.opened', incident }); };
  return { entries, live, journal, append, importEstate, propose, open, listening: () => listeners.size };
}

export function memoryKeys(): KeyValues & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>();
  return { kept, get: async (key) => kept.get(key), set: async (key, value) => kept.set(key, value), delete: async (key) => kept.delete(key) };
}

/** A clock that stands still until a test moves it. */
export function fakeClock() {
  const works: { ms: number; due: number; work: () => Promise<void> | void }[] = [];
  let now = start;
  return {
    now: () => now,
    sleep: async () => undefined,
    every: (ms: number, work: () => Promise<void> | void) => { const entry = { ms, due: now + ms, work }; works.push(entry); return () => { works.splice(works.indexOf(entry), 1); }; },
    async advance(ms: number) {
      now += ms;
      for (const each of works.slice()) if (each.due <= now) { each.due = now + each.ms; await each.work(); }
    },
    working: () => works.length,
  };
}

export const aCard = (heading: string, change: Partial<Card> = {}): Card => ({ heading, body: 'Body', actions: [], text: heading, tone: 'info', ...change });

export const outboxRow = (key: string, change: Partial<OutboxRow>): OutboxRow => ({
  key, surface: 'email', target: { kind: 'person', person: 'ana', identity: 'ana@provider.example' }, threadKey: null, subject: { view: 'incident', id: 'I-1', seq: 2 }, tenant: 'cluster01', wanted: 2, editable: false,
  shown: 0, ref: null, threadRef: null, status: 'kept', attempts: 0, lastError: null, createdAt: start, sentAt: null, provable: false, deliveredAt: null, fellOverTo: null, ...change,
});

/** Everything the server needs, faked; `change` replaces parts. */
export function createDeps(change: Partial<WebDeps> & { readonly estate?: Estate } = {}) {
  const world = createWorld();
  world.importEstate(change.estate ?? anEstate());
  const clock = fakeClock();
  const conversations = createMemoryConversations();
  const sessions = memoryKeys();
  const tokens = memoryKeys();
  const codes = new Map<string, string>();
  const firsts = new Set<string>();
  const inbound = {
    command: jest.fn<InboundHandler['command']>(async (from, text) => ({ card: aCard(`Answer for ${from.identity}`, { body: `You asked <code>${text}</code>` }), status: 0 })),
    action: jest.fn<InboundHandler['action']>(async (from, id) => ({ card: aCard(`Pressed ${id}`, { body: `${from.identity} pressed ${id}`, tone: 'good' }), status: 0 })),
  };
  const said: Answer = { kind: 'said', status: 0, text: 'fine', next: [], json: { fine: true } };
  const desk = { command: jest.fn<WebDeps['desk']['command']>(async () => said), approversOf: jest.fn<WebDeps['desk']['approversOf']>(() => [{ person: 'ana', may: true, why: '' }, { person: 'dora', may: false, why: 'a viewer' }]) };
  const faultsActive: { fault: string; target: string; since: number }[] = [];
  const rows: OutboxRow[] = [];
  const { estate: _estate, ...parts } = change;
  const deps: WebDeps = {
    version: '0.0.0', live: world.live, journal: world.journal, conversations, inbound, desk, clock, sessions, tokens, directChannels: new Map(), signIns: memoryKeys(), passkeyCounters: memoryKeys(), openId: null,
    describe: async (answer, caller) => ({ text: `${answer.kind} for ${caller.person.name}`, json: 'json' in answer ? answer.json : null }),
    outbox: { list: async ({ surface }) => rows.filter((row) => surface === undefined || row.surface === surface) },
    renderKept: async (row) => ({ subject: `Subject of ${row.key}`, text: `Text of ${row.key}`, html: row.surface === 'email' ? `<h1 style="color:#0b4f6c">Host pbrazos is down</h1><p>Mail ${row.key}</p>` : null }),
    faults: {
      inject: async (fault, target) => { faultsActive.push({ fault, target, since: clock.now() }); },
      revert: async (fault, target) => { faultsActive.splice(faultsActive.findIndex((each) => each.fault === fault && each.target === target), 1); },
      active: async () => faultsActive,
      kinds: async () => [],
    },
    estateClock: () => ({ now: start, rate: 10 }),
    once: {
      first: async (key) => !firsts.has(key) && firsts.add(key).size > 0,
      issueCode: async (purpose, name) => { const code = `CODE${codes.size}234`; codes.set(`${purpose} ${code}`, name); return code; },
      redeemCode: async (purpose, code) => { const name = codes.get(`${purpose} ${code}`) ?? null; codes.delete(`${purpose} ${code}`); return name; },
    },
    applyEstate: async () => ({ ok: true, applied: false, changes: [] }),
    ingest: async (records) => ({ taken: records.length, repeated: 0 }),
    metrics: async () => '# HELP lifeboat_up 1\nlifeboat_up 1\n',
    ready: async () => ({ ok: true, checks: [{ name: 'database', ok: true, says: 'answers' }] }),
    trustedProxies: [],
    printPlans: async () => [],
    erase: async ({ seq, text }) => (text === null || text.startsWith('secret') ? { ok: true, record: seq + 1, places: 1, messages: 0, others: [7], sent: ['email ana@provider.example'] } : { ok: false, code: 'not-erasable', what: 'The text does not occur in this entry.' }),
    exportJournal: async function* () { yield '{"lifeboatJournal":1,"head":{"seq":0,"chain":"0"}}\n'; yield '{}\n'; },
    diagnose: async () => [{ name: 'database', status: 'fine', says: 'answers', remedy: null }, { name: 'mail', status: 'wrong', says: 'refused hunter2', remedy: 'check hunter2' }],
    secrets: { redact: (text) => text.replaceAll('hunter2', '[secret]') },
    logger: silentLogger(),
    ...parts,
  };
  return { deps, world, clock, conversations, inbound, desk, rows, sessions, tokens, codes };
}

export function silentLogger(lines: unknown[] = []): WebDeps['logger'] {
  const log = (...parts: unknown[]): void => { lines.push(parts); };
  return { level: 'info', fatal: log, error: log, warn: log, info: log, debug: log, trace: log, silent: log, child: () => silentLogger(lines) } as unknown as WebDeps['logger'];
}
