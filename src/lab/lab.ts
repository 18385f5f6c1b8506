import { writeEstate } from '../config/write-estate.js';
import type { Answer } from '../core/answer.js';
import { personOf, type Estate } from '../core/estate.js';
import type { GateRules } from '../core/gate.js';
import { estateStream, type JournalEntry } from '../core/event.js';
import { lifeboat, type Millis, type PersonName, type RunId, type Surface } from '../core/names.js';
import { canonical, sha256 } from '../core/plan.js';
import { isTerminal, type RunState } from '../core/run-state.js';
import type { State } from '../core/state.js';
import { createDesk } from '../desk/create-desk.js';
import type { Desk, Press } from '../desk/desk.js';
import { createInitiative, type Initiative } from '../desk/initiative.js';
import { startKeeper } from '../desk/keeper.js';
import { entry, record, type DeskParts } from '../desk/parts.js';
import { revalidate } from '../desk/planning.js';
import { startWatch } from '../desk/watch.js';
import { startReadinessWatch } from '../desk/readiness-watch.js';
import { configureWorld, simulatedFaults, simulatedHypervisor, simulatedStorage } from '../drivers/estate/simulated/drivers.js';
import { createBrake } from '../durable/brake.js';
import { createExecutor } from '../durable/executor.js';
import { createMemoryRuns, type PendingRuns } from '../durable/memory-runs.js';
import { createEngine } from '../engine/engine.js';
import { createLiveState } from '../journal/live-state.js';
import { createMemoryJournal } from '../journal/memory.js';
import { createMemoryButtonStore, createMemoryOnceStore } from '../journal/memory-once.js';
import { createIncidents, tendIncidents } from '../notify/incidents.js';
import type { AppendRequest, Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { Sighting } from '../ports/world.js';
import type { OnceStore } from '../ports/once.js';
import type { Runbook } from '../runbook/runbook.js';
import { createConductor } from '../runbook/steps/conductor.js';
import type { ExternalActions } from '../ports/external-actions.js';
import { clientOf, journalOf, VirtualProcess, type AppendFault, type CallFault } from './process.js';
import { createVirtualClock, quiet, type VirtualClock } from './virtual-clock.js';
import { createLabWorld, type LabWorld } from './world.js';

const noActions: ExternalActions = { run: async () => ({ kind: 'failed', saw: 'this lab has no actions' }) };

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface BootOptions {
  readonly appendFault?: (request: AppendRequest) => AppendFault | null;
  readonly callFault?: (method: string, args: readonly unknown[]) => CallFault | Error | null;
  /** The monitor looks at the estate, and what Lifeboat does by itself follows. */
  readonly monitor?: boolean;
  /** What the gates of the runbooks ask for besides. */
  readonly gate?: Partial<GateRules>;
  /** Other runbooks than the lab's, such as edited ones. */
  readonly runbooks?: readonly Runbook[];
  /** What http, ssh and command steps meet. */
  readonly actions?: ExternalActions;
}

/** One Lifeboat on a lab's estate. */
export interface LabNode {
  readonly process: VirtualProcess;
  readonly desk: Desk;
  readonly parts: DeskParts;
  readonly initiative: Initiative;
  readonly state: State;
  /** What the log would say. */
  readonly warnings: string[];
  run(id: RunId): RunState;
  say(person: PersonName, line: string, surface?: Surface): Promise<Answer>;
  press(person: PersonName, press: Partial<Press> & Pick<Press, 'verb' | 'subject'>): Promise<Answer>;
  stop(): Promise<void>;
}

/** What survives every process: the estate, the journal, and which runs are pending. */
export interface Lab {
  readonly clock: VirtualClock;
  readonly estate: Estate;
  readonly world: LabWorld;
  readonly journal: Journal;
  readonly once: OnceStore;
  boot(options?: BootOptions): Promise<LabNode>;
  /** Estate time. */
  pass(estateMs: Millis): Promise<void>;
  /** Until every run of this node is over or waits for people. Estate time. */
  settle(node: LabNode, maxEstateMs?: Millis): Promise<void>;
  until(what: string, condition: () => boolean, maxEstateMs?: Millis): Promise<void>;
  entries(): Promise<JournalEntry[]>;
  close(): Promise<void>;
}

const hourMs = 3_600_000;
/** As soon as the durable runs notice that a process is silent (members.ts). */
const takeOverEveryMs: Millis = 10_000;
const waits = (run: RunState): boolean => isTerminal(run.status) || ['proposed', 'parked', 'held'].includes(run.status);

export interface LabOptions { readonly estate: Estate; readonly runbooks: readonly Runbook[]; readonly start?: Millis }

/** Lifeboat itself on a simulated estate, with time that is moved by hand and people who say what they are told to say. Everything else is the real thing. */
export function createLab({ estate, runbooks: labRunbooks, start }: LabOptions): Lab {
  const clock = createVirtualClock(start);
  const world = createLabWorld(estate, clock);
  const journal = createMemoryJournal({ clock, log: silent });
  const once = createMemoryOnceStore(clock);
  const buttons = createMemoryButtonStore();
  const pending: PendingRuns = new Map();
  const stops: (() => Promise<void>)[] = [];
  const rate = estate.clockRate;

  async function boot({ appendFault = () => null, callFault = () => null, monitor = false, gate = {}, runbooks: usedRunbooks = labRunbooks, actions = noActions }: BootOptions = {}): Promise<LabNode> {
    const runbooks = usedRunbooks.map((runbook) => (runbook.gate.people === 0 ? runbook : { ...runbook, gate: { ...runbook.gate, ...gate } }));
    const process = new VirtualProcess();
    const own = process.clock(clock);
    const ownJournal = journalOf(process, journal, appendFault);
    const client = clientOf(process, world.client, callFault, clock);
    const live = await createLiveState(ownJournal, { log: silent });
    if (live.current.estate === null) await record({ journal, live }, [entry(estateStream, null, lifeboat('start'), { type: 'estate.imported', estate, source: 'lab', digest: sha256(canonical(estate)) })]);
    const warnings: string[] = [];
    const log = (message: string, detail: object): void => { warnings.push(`${message} ${JSON.stringify(detail)}`); };
    const controller = createConductor({ controller: createEngine({ hypervisor: simulatedHypervisor(client, own), storage: simulatedStorage(client, own), clock: own }), actions, clock: own });
    const sighting: { current: Sighting | null } = { current: null };
    const brake = createBrake((run) => executor.poke(run));
    const executor = createExecutor({
      journal: ownJournal, live, controller, clock: own, brake, bootId: `boot-${stops.length + 1}`, log,
      revalidate: (run, signal) => revalidate({ controller, live, clock: own, runbooks }, run, signal),
    });
    const runs = createMemoryRuns({ execute: (run, epoch, signal) => process.run(() => executor(run, epoch, signal)), clock: own, log: silent, pending, alive: () => process.alive });
    const incidents = createIncidents({ journal: ownJournal, live, clock: own });
    const parts: DeskParts = { journal: ownJournal, closeIncident: incidents.close, live, controller, runs, clock: own, brake, once, buttons, runbooks, surfaces: ['web'], version: 'lab', log, writeEstate, configure: (changed) => configureWorld(client, changed), faults: simulatedFaults(client), sighting };
    const desk = createDesk(parts);
    const initiative = createInitiative(parts);
    const ends = [startKeeper(parts), own.every(takeOverEveryMs, () => runs.takeOver())];
    if (monitor) {
      ends.push(live.onEntries((entries) => { void initiative.after(entries).catch((error: unknown) => log('what follows a run was not started', { error: error instanceof Error ? error.message : String(error) })); }));
      ends.push(startReadinessWatch({ ...parts, raised: (event) => incidents.raise(event), cleared: (key, evidence) => incidents.resolve(key, evidence) }));
      ends.push(startWatch(parts, incidents, initiative));
      ends.push(tendIncidents(incidents, own, log));
    }
    const caller = (person: PersonName, surface: Surface) => ({ person: personOf(live.current.estate!, person)!, surface });
    const node: LabNode = {
      process, desk, parts, initiative, warnings,
      get state() { return live.current; },
      run: (id) => live.current.runs.get(id)!,
      say: (person, line, surface = 'cli') => desk.command(caller(person, surface), line),
      press: (person, press) => desk.press(caller(person, 'web'), { epoch: live.current.runs.get(press.subject)?.plan.epoch ?? 1, attest: null, ...press }),
      async stop() {
        if (!process.alive) return;
        for (const end of ends) end();
        const stopped = runs.stop();
        await clock.advance(2_000);
        await stopped;
        await live.stop();
        process.kill();
      },
    };
    stops.push(() => node.stop());
    return node;
  }

  const lab: Lab = {
    clock, estate, world, journal, once, boot,
    pass: (estateMs) => clock.advance(estateMs / rate),
    until: (what, condition, maxEstateMs = hourMs) => clock.advanceUntil(what, condition, maxEstateMs / rate),
    async settle(node, maxEstateMs = 3 * hourMs) {
      await quiet();
      await clock.advanceUntil('every run is over or waits for people', () => [...node.state.runs.values()].every(waits), maxEstateMs / rate);
    },
    entries: () => journal.read({}),
    async close() {
      for (const stop of stops) await stop();
    },
  };
  return lab;
}

/** Discovered and verified: the estate as on any quiet day. */
export async function makeReady(lab: Pick<Lab, 'estate' | 'settle'>, node: LabNode): Promise<void> {
  const operator = lab.estate.people.find((person) => person.roles.includes('operator') && person.tenants === 'all')!.name;
  for (const tenant of lab.estate.tenants) {
    await node.say(operator, `discover site ${tenant.homeSite}`);
    await lab.settle(node);
    await node.say(operator, `verify site ${tenant.homeSite}`);
    await lab.settle(node);
  }
}

/** The run that an answer speaks of. @throws when it speaks of none */
export function runIn(answer: Answer): RunId {
  if (answer.kind === 'run' || answer.kind === 'decision') return answer.run;
  throw new Error(`No run in: ${JSON.stringify(answer)}`);
}
