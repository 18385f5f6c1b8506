import type { Estate } from '../../src/core/estate.js';
import type { Millis, RunId } from '../../src/core/names.js';
import { isTerminal, type RunState } from '../../src/core/run-state.js';
import type { AppendFault, CallFault } from '../../src/lab/process.js';
import type { EffectLine } from '../../src/drivers/estate/simulated/world/model.js';
import type { AppendRequest } from '../../src/ports/journal.js';
import { createLab, makeReady, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { play, type Act } from './acts/table.js';
import type { Coverage } from './coverage.js';
import { kindOfKey } from './keys.js';
import { approvalLifeMs } from './times.js';
import { Oracle, type Broken } from './oracle/oracle.js';
import { hookedMove, Outside } from './outside.js';
import type { Trace } from './trace.js';
import { untilMorning } from './morning.js';

export interface Script { readonly estate: Estate; readonly nodes: 1 | 2; readonly acts: readonly Act[] }
export interface Watched { readonly trace: Trace; readonly coverage: Coverage }

/** One night on one estate: what happens, who says what, and the oracle that watches. */
export class Night {
  readonly oracle: Oracle;
  readonly outside = new Outside();
  readonly estate: Estate;
  #nodes: LabNode[] = [];
  #people = 2;
  #calls: { readonly fault: CallFault; readonly step: string | null; after: number }[] = [];
  #appends: { readonly fault: AppendFault; readonly about: string | null }[] = [];
  readonly #faults = new Map<string, readonly [string, string]>();
  #steps = 0;
  #byHand = 0;

  private constructor(private readonly lab: Lab, private readonly script: Script, private readonly watched: Watched) {
    this.estate = script.estate;
    this.oracle = new Oracle(lab.estate, lab.clock, () => lab.world.world.now());
    const effect = (line: EffectLine): void => { this.#steps += 1; watched.trace.effect(line); this.#watched(() => this.oracle.effect(line)); };
    for (const line of lab.world.effects()) effect(line);
    lab.world.onEffect(effect);
    const append = lab.journal.append.bind(lab.journal);
    Object.assign(lab.journal, { append: async (request: AppendRequest) => {
      const entries = await append(request);
      for (const entry of entries) { this.#steps += 1; watched.trace.entry(entry); watched.coverage.entry(entry); this.#watched(() => this.oracle.entry(entry)); }
      return entries;
    } });
  }

  /** From a ready estate to the morning, when everything has been mended and people have seen to what is open. Answers with what was broken. */
  static async play(script: Script, watched: Watched): Promise<{ readonly broken: readonly Broken[]; readonly steps: number }> {
    const lab = createLab({ estate: script.estate });
    const night = new Night(lab, script, watched);
    try {
      await night.#dusk();
      for (const act of script.acts) await play(act, night);
      await untilMorning(night);
      await night.oracle.end(await lab.entries(), (await lab.journal.verify()).ok);
    } catch (error) {
      night.oracle.broke('0-harness', error instanceof Error ? error.message : String(error));
    } finally {
      for (const node of night.#nodes) node.process.kill();
    }
    return { broken: night.oracle.broken, steps: night.#steps };
  }

  /** A fault of the oracle must not look like one of the world. */
  #watched(look: () => void): void {
    try { look(); } catch (error) { this.oracle.broke('0-harness', error instanceof Error ? error.stack ?? error.message : String(error)); }
  }

  async #dusk(): Promise<void> {
    for (let slot = 0; slot < this.script.nodes; slot++) await this.boot(slot);
    await makeReady(this.lab, this.#nodes[0]!);
  }

  // ---------------------------------------------------------------- processes

  async boot(slot: number): Promise<void> {
    this.#nodes[slot]?.process.kill();
    const node = await this.lab.boot({
      monitor: true, gate: { people: this.#people, expiresInMs: approvalLifeMs }, runbooks: [hookedMove],
      actions: this.outside.seenBy(() => this.#nodes[slot]!.process),
      callFault: (_method, args) => this.#callFault(String(args.at(-1))), appendFault: (request) => this.#appendFault(request),
    });
    this.#nodes[slot] = node;
    this.oracle.watch(node);
  }
  /** A process that can answer: the one that is meant, or another; where none runs, one is started or goes on. */
  async node(slot: number): Promise<LabNode> {
    const wanted = this.#nodes[slot % this.#nodes.length]!;
    const alive = wanted.process.alive ? wanted : this.#nodes.find(({ process }) => process.alive);
    if (alive) return alive;
    const dead = this.#nodes.findIndex(({ process }) => process.dead);
    if (dead >= 0) await this.boot(dead);
    else this.#nodes[0]!.process.thaw();
    return this.node(slot);
  }
  process(slot: number) { return this.#nodes[slot % this.#nodes.length]!.process; }
  get slots(): number { return this.#nodes.length; }
  /** The gates ask for so many people from the next start on. */
  async policy(people: number): Promise<void> {
    this.#people = people;
    for (let slot = 0; slot < this.slots; slot++) await this.boot(slot);
  }

  // ---------------------------------------------------------------- people

  async say(who: string, line: string, slot = 0): Promise<void> {
    const node = await this.node(slot);
    await this.heard(node, node.say(who, line));
  }
  /** Whoever is not answered, since the process died or stands still, goes away. */
  async heard(node: LabNode, answer: Promise<unknown>): Promise<void> {
    let heard = false;
    void answer.then(() => { heard = true; });
    await this.lab.until('the desk answers', () => heard || !node.process.alive);
  }
  /** Gated runs, newest first. */
  async runs(): Promise<RunState[]> {
    const { state } = await this.node(0);
    return [...state.runs.values()].filter(({ plan }) => plan.gate.people > 0).toReversed();
  }
  async run(back: number): Promise<RunId | null> { return (await this.runs())[back]?.plan.run ?? null; }
  async open(): Promise<RunState[]> { return [...(await this.node(0)).state.runs.values()].filter(({ status }) => !isTerminal(status)); }

  // ---------------------------------------------------------------- time and world

  pass(ms: Millis): Promise<void> { return this.lab.clock.advance(ms); }
  /** Until nothing goes on by itself, or so much time has passed. */
  async rest(maxMs: Millis): Promise<void> {
    const end = this.lab.clock.now() + maxMs;
    // What is queued behind a run that waits for people goes on when they do.
    const queued = (state: LabNode['state'], { plan: { run } }: RunState): boolean => state.locks.waiting.some((request) => request.run === run);
    const busy = (): boolean => this.#nodes.some(({ process, state }) => process.alive && [...state.runs.values()].some((run) => ['running', 'cancelling'].includes(run.status) || (run.status === 'granted' && !queued(state, run))));
    while (this.lab.clock.now() < end && busy()) await this.lab.clock.advance(5_000);
  }
  async world(method: string, ...args: unknown[]): Promise<void> { await this.lab.world.client.call(method, args); }
  /** Numbers what people do at the machines themselves. */
  handed(): number { return ++this.#byHand; }
  get seen() { return this.lab.world.world.world; }
  async fault(fault: string, target: string): Promise<void> {
    this.#faults.set(`${fault} ${target}`, [fault, target]);
    await this.world('inject', fault, target);
  }
  /** The oldest fault, or all. */
  async mend(which: 'one' | 'all'): Promise<void> {
    for (const [name, fault] of [...this.#faults].slice(0, which === 'one' ? 1 : undefined)) {
      this.#faults.delete(name);
      await this.world('revert', ...fault);
    }
  }

  // ---------------------------------------------------------------- lines

  spoilCall(fault: CallFault, step: string | null, after: number): void { this.#calls.push({ fault, step, after }); }
  spoilAppend(fault: AppendFault, about: string | null): void { this.#appends.push({ fault, about }); }
  unspoil(): void { this.#calls = []; this.#appends = []; this.outside.mend(); }
  #callFault(key: string): CallFault | null {
    const step = kindOfKey(key);
    const at = this.#calls.findIndex((each) => (each.step === null || each.step === step) && each.after-- <= 0);
    if (at < 0) return null;
    const { fault } = this.#calls.splice(at, 1)[0]!;
    if (step !== null) this.watched.coverage.pair(fault, step);
    return fault;
  }
  #appendFault({ entries }: AppendRequest): AppendFault | null {
    const at = this.#appends.findIndex(({ about }) => about === null || entries.some(({ event }) => event.type.startsWith(about)));
    return at < 0 ? null : this.#appends.splice(at, 1)[0]!.fault;
  }
}
