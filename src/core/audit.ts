import { runOfEvent, type JournalEvent, type RunOutcome } from './event.js';
import { actorName, type Millis, type PersonName, type RunId, type StepId } from './names.js';
import { everyStep, type Plan } from './plan.js';

/** One run as an auditor reads it: who asked, who stood behind it, what was done under which approval. */
export interface AuditedRun {
  readonly run: RunId;
  readonly title: string;
  readonly askedBy: string;
  readonly reason: string | null;
  readonly grantedBy: readonly PersonName[];
  readonly grantedAt: Millis | null;
  readonly steps: number;
  /** Steps among them that change something. */
  readonly changes: number;
  readonly outcome: RunOutcome | null;
  /** What is not as it must be, each in a sentence. */
  readonly problems: readonly string[];
}

interface Open { plan: Plan; approvals: { by: PersonName; epoch: number }[]; granted: { by: readonly PersonName[]; epoch: number; at: Millis } | null; begun: boolean; intents: Map<StepId, number>; ended: Map<StepId, number>; done: Set<StepId>; /** Steps that change nothing. What takes a step back stands in no plan, and changes something. */ reading: ReadonlySet<StepId>; outcome: RunOutcome | null; problems: string[] }

/**
 * Reads a journal from its first entry on and holds every run against invariant 45: each effect has exactly one intent and one evidence per attempt, in this order, under an
 * approval of exactly the plan that ran, by people who gave it.
 */
export class Audit {
  readonly #runs = new Map<RunId, Open>();

  take(event: JournalEvent, at: Millis): void {
    if (event.type === 'plan.proposed') {
      this.#runs.set(event.plan.run, { plan: event.plan, approvals: [], granted: null, begun: false, intents: new Map(), ended: new Map(), done: new Set(), reading: readingOf(event.plan), outcome: null, problems: [] });
      return;
    }
    const id = runOfEvent(event);
    const run = id === null ? undefined : this.#runs.get(id);
    if (!run) return;
    switch (event.type) {
      case 'plan.revised': Object.assign(run, { plan: event.plan, granted: null, reading: readingOf(event.plan) }); break;
      case 'approval.given':
      case 'glass.broken': run.approvals.push({ by: event.by, epoch: event.epoch }); break;
      case 'plan.granted': this.#granted(run, event, at); break;
      case 'run.started': run.begun = true; break;
      case 'step.started': this.#intent(run, event.step, event.attempt); break;
      case 'step.finished': this.#evidence(run, event.step, event.attempt, event.outcome === 'done'); break;
      case 'run.finished':
        if (run.outcome !== null) run.problems.push('It ended twice.');
        run.outcome = event.outcome;
        break;
      default: break;
    }
  }

  #granted(run: Open, event: Extract<JournalEvent, { type: 'plan.granted' }>, at: Millis): void {
    const { plan } = run;
    if (event.epoch !== plan.epoch || event.digest !== plan.digest) run.problems.push('What was granted is not the plan that stood.');
    const asker = plan.requestedBy.kind === 'person' ? plan.requestedBy.person : null;
    // Who signed a standing authority gave no approval to the run itself: the authority stands in an entry of its own.
    const signed = 'under' in event;
    for (const name of signed ? [] : event.by) if (name !== asker && !run.approvals.some(({ by, epoch }) => by === name && epoch === event.epoch)) run.problems.push(`${name} is said to have approved, and no approval stands.`);
    run.granted = { by: event.by, epoch: event.epoch, at };
  }

  #intent(run: Open, step: StepId, attempt: number): void {
    if (run.granted?.epoch !== run.plan.epoch) run.problems.push(`${step} was begun without an approval of this plan.`);
    else if (!run.begun) run.problems.push(`${step} was begun before its run.`);
    if (run.done.has(step)) run.problems.push(`${step} was begun again after it was done.`);
    if (run.intents.get(step) === attempt) run.problems.push(`${step} has two intents for attempt ${attempt}.`);
    if (run.outcome !== null) run.problems.push(`${step} was begun after its run had ended.`);
    run.intents.set(step, attempt);
  }

  #evidence(run: Open, step: StepId, attempt: number, done: boolean): void {
    if (run.intents.get(step) !== attempt) run.problems.push(`${step} has evidence of attempt ${attempt} without an intent.`);
    if (run.ended.get(step) === attempt) run.problems.push(`${step} has two pieces of evidence for attempt ${attempt}.`);
    run.ended.set(step, attempt);
    if (done) run.done.add(step);
  }

  /** Every run that was proposed, in order. */
  runs(): AuditedRun[] {
    return [...this.#runs.values()].map(({ plan, granted, intents, ended, reading, outcome, problems }) => ({
      run: plan.run, title: plan.title, askedBy: actorName(plan.requestedBy), reason: plan.because.reason, grantedBy: granted?.by ?? [], grantedAt: granted?.at ?? null,
      steps: intents.size, changes: [...intents.keys()].filter((step) => !reading.has(step)).length, outcome,
      problems: [...problems, ...(outcome === null || outcome === 'cancelled' ? [] : [...intents].filter(([step, attempt]) => ended.get(step) !== attempt).map(([step]) => `${step} was begun, and nothing says what came of it.`))],
    }));
  }
}

const readingOf = (plan: Plan): ReadonlySet<StepId> => new Set(everyStep(plan).filter((step) => !step.mutates).map((step) => step.id));
