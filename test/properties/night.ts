import fc from 'fast-check';
import type { JournalEntry } from '../../src/core/event.js';
import { isTerminal } from '../../src/core/run-state.js';
import { appendFaults, callFaults, type AppendFault, type CallFault } from '../../src/lab/process.js';
import { tinyEstate } from '../scenarios/lab/estates.js';
import { createLab, makeReady, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { Oracle } from './oracle.js';

const people = ['ana', 'ben', 'chris', 'vic', 'dora', 'erik'] as const;
const somebody = fc.constantFrom(...people, 'ana', 'ben', 'chris');
const pressed = ['approve', 'reject', 'hold', 'resume', 'cancel'] as const;
const typed = ['approve', 'approve', 'approve', 'reject', 'hold', 'resume', 'cancel', 'retry', 'skip'] as const;
const moves = ['move site from=customerA to=service_provider', 'move site from=customerA to=service_provider dr_type=unplanned', 'move site from=service_provider to=customerA tenant=cluster01', 'recover site service_provider', 'verify site customerA'];

/** Something that happens in the night. `run`: counted back from the newest. */
export type Act =
  | { readonly kind: 'ask'; readonly who: string; readonly line: string }
  | { readonly kind: 'type'; readonly who: string; readonly what: (typeof typed)[number]; readonly run: number; readonly times: number }
  | { readonly kind: 'press'; readonly who: string; readonly what: (typeof pressed)[number]; readonly run: number; /** Of a message that is so many revisions old. */ readonly older: number }
  | { readonly kind: 'together'; readonly acts: readonly Act[] }
  | { readonly kind: 'pass'; readonly minutes: number }
  | { readonly kind: 'fault'; readonly fault: string; readonly target: string }
  | { readonly kind: 'mend' } | { readonly kind: 'crash' }
  /** The runbooks' gates ask for so many people from the next start on: every open plan changes. */
  | { readonly kind: 'policy'; readonly people: number }
  | { readonly kind: 'spoil-append'; readonly fault: AppendFault } | { readonly kind: 'spoil-call'; readonly fault: CallFault };

const run = fc.constantFrom(0, 0, 0, 1, 2);
const click: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('type' as const), who: somebody, what: fc.constantFrom(...typed), run, times: fc.constantFrom(1, 1, 2) }),
  fc.record({ kind: fc.constant('press' as const), who: somebody, what: fc.constantFrom(...pressed, 'approve' as const, 'approve' as const), run, older: fc.constantFrom(0, 0, 1, 2) }),
);
const asking: fc.Arbitrary<Act> = fc.record({ kind: fc.constant('ask' as const), who: somebody, line: fc.constantFrom(moves[0]!, moves[0]!, ...moves) });
export const acts: fc.Arbitrary<Act[]> = fc.array(fc.oneof(
  { weight: 9, arbitrary: click },
  { weight: 2, arbitrary: asking },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('together' as const), acts: fc.array(fc.oneof(click, asking), { minLength: 2, maxLength: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.constantFrom(0.02, 0.1, 0.5, 1, 5, 31) }) },
  { weight: 1, arbitrary: fc.constantFrom<Act[]>({ kind: 'fault', fault: 'host-down', target: 'pbrazos' }, { kind: 'fault', fault: 'boot-fails', target: 'payroll' }, { kind: 'fault', fault: 'storage-unreachable', target: 'sarmeote' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'mend' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('policy' as const), people: fc.constantFrom(2, 3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('spoil-append' as const), fault: fc.constantFrom(...appendFaults) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('spoil-call' as const), fault: fc.constantFrom(...callFaults) }) },
), { minLength: 4, maxLength: 30, size: 'max' });

/** A wrong part, put into every process of the night. */
export interface Wrong {
  /** What stands in the journal in place of what was to be appended. */
  append?(request: Parameters<Lab['journal']['append']>[0], log: readonly JournalEntry[]): Parameters<Lab['journal']['append']>[0];
  node?(node: LabNode): void;
}

/** Longer than an approval lives, and than any step may take. */
const quietMs = 40 * 60_000;

/** One night, from a ready estate to the morning, when everything has been mended and people see to what is open. Answers with the promises that were broken. */
export async function playNight(night: readonly Act[], wrong: Wrong = {}): Promise<string[]> {
  const lab = createLab({ estate: tinyEstate() });
  try {
    return await new Night(lab, wrong).play(night);
  } finally {
    await lab.close();
  }
}

class Night {
  readonly #oracle: Oracle;
  readonly #faults = new Map<string, readonly [string, string]>();
  #node!: LabNode;
  #people = 2;
  #nextAppend: AppendFault | null = null;
  #nextCall: CallFault | null = null;

  constructor(private readonly lab: Lab, private readonly wrong: Wrong) {
    this.#oracle = new Oracle(lab.estate, lab.clock);
    const append = lab.journal.append.bind(lab.journal);
    Object.assign(lab.journal, { append: async (request: Parameters<typeof append>[0]) => this.#oracle.wrote(await append(wrong.append?.(request, this.#oracle.log) ?? request)) });
  }

  async play(night: readonly Act[]): Promise<string[]> {
    await this.#boot();
    await makeReady(this.lab, this.#node);
    await this.#say('ana', moves[0]!);
    for (const act of night) await this.#do(act);
    return [...(await this.#morning()), ...this.#oracle.broken(this.lab.world.effects(), await this.lab.entries())];
  }

  async #boot(): Promise<void> {
    const node = await this.lab.boot({
      gate: { people: this.#people },
      appendFault: () => { const fault = this.#nextAppend; this.#nextAppend = null; return fault; },
      callFault: () => { const fault = this.#nextCall; this.#nextCall = null; return fault; },
    });
    this.#node = node;
    this.wrong.node?.(node);
    this.#oracle.watch(node);
  }

  async #restartIfDead(): Promise<void> { if (!this.#node.process.alive) await this.#boot(); }
  #run(back: number): string | undefined { return [...this.#node.state.runs.values()].filter(({ plan }) => plan.gate.people > 0).at(-1 - back)?.plan.run; }

  /** Whoever is not answered, since the process died, goes away. */
  async #say(who: string, line: string): Promise<void> { await this.#heard(this.#node.say(who, line)); }
  async #heard(answer: Promise<unknown>): Promise<void> {
    let heard = false;
    void answer.then(() => { heard = true; });
    await this.lab.until('the desk answers', () => heard || !this.#node.process.alive);
  }

  async #do(act: Act): Promise<void> {
    await this.#restartIfDead();
    switch (act.kind) {
      case 'ask': return this.#say(act.who, act.line);
      case 'type': {
        const id = this.#run(act.run);
        const more = act.what === 'skip' ? ' waiver="never mind"' : '';
        if (id !== undefined) for (let time = 0; time < act.times && this.#node.process.alive; time++) await this.#say(act.who, `${act.what} ${id}${more}`);
        return undefined;
      }
      case 'press': {
        const id = this.#run(act.run);
        if (id === undefined) return undefined;
        const epoch = Math.max(1, this.#node.run(id).plan.epoch - act.older);
        if (act.what === 'approve') this.#oracle.pressed(act.who, id, epoch);
        return this.#heard(this.#node.press(act.who, { verb: act.what, subject: id, epoch }));
      }
      case 'together': await Promise.all(act.acts.map((each) => this.#do(each))); return undefined;
      case 'pass': return this.lab.clock.advance(act.minutes * 60_000);
      case 'fault':
        this.#faults.set(act.fault + act.target, [act.fault, act.target]);
        await this.lab.world.client.call('inject', [act.fault, act.target]);
        return undefined;
      case 'mend': return this.#mend();
      case 'policy': this.#people = act.people; this.#node.process.kill(); return this.#boot();
      case 'crash': this.#node.process.kill(); return this.#boot();
      case 'spoil-append': this.#nextAppend = act.fault; return undefined;
      case 'spoil-call': this.#nextCall = act.fault; return undefined;
    }
  }

  async #mend(): Promise<void> {
    for (const fault of this.#faults.values()) await this.lab.world.client.call('revert', [...fault]);
    this.#faults.clear();
  }

  /** Nothing fails any more. Soon everything is over or waits for people who are named; and what they then say ends it. */
  async #morning(): Promise<string[]> {
    [this.#nextAppend, this.#nextCall] = [null, null];
    await this.#mend();
    await this.#restartIfDead();
    await this.lab.clock.advance(quietMs);
    const open = () => [...this.#node.state.runs.values()].filter(({ status }) => !isTerminal(status));
    const waits = (id: string): boolean => { const each = this.#node.run(id); return each.held !== null || (each.parked !== null && each.parked.next.includes(id)); };
    const queued = (id: string): boolean => this.#node.state.locks.waiting.some((request) => request.run === id) && open().some(({ plan }) => waits(plan.run));
    const lost = open().filter(({ plan: { run: id } }) => !waits(id) && !queued(id)).map(({ plan, status }) => `${plan.run} is ${status} and waits for nobody`);
    for (let round = 0; round < 6 && open().length > 0; round++) {
      for (const { plan: { run: id } } of open()) for (const who of ['ana', 'ben', 'chris']) await this.#say(who, round < 3 ? `resume ${id}` : `cancel ${id} force=yes`);
      await this.lab.clock.advance(quietMs / 2);
    }
    return [...lost, ...open().map(({ plan, status }) => `${plan.run} is ${status}, whatever people say`)];
  }
}
