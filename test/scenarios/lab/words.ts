import type { Answer } from '../../../src/core/answer.js';
import { runOfEvent, type JournalEntry } from '../../../src/core/event.js';
import { operationLine, progressLines } from '../../../src/core/progress.js';
import { queuePosition } from '../../../src/core/locks.js';
import { actorName } from '../../../src/core/names.js';
import type { Plan } from '../../../src/core/plan.js';
import type { State } from '../../../src/core/state.js';
import type { Effect } from '../../../src/drivers/estate/simulated/world/model.js';

/** A plan as the story tells it: what it does, in which order, what it costs, who must say yes. */
export function planWords(plan: Plan): string[] {
  const numbers = new Map(plan.steps.map((step, index) => [step.id, index + 1]));
  return [
    `${plan.run}: ${plan.title}${plan.epoch > 1 ? ` (revision ${plan.epoch})` : ''}`,
    ...plan.steps.map((step, index) => `  ${String(index + 1).padStart(2)}. ${step.says}${step.after.length === 0 ? '' : ` (after ${step.after.map((id) => numbers.get(id)).join(', ')})`}${step.irreversible ? ' [cannot be undone]' : ''}`),
    ...plan.excluded.map(({ vm, why }) => `  left out: ${vm}: ${why}`),
    `  expected loss: ${plan.loss.words}`,
    ...plan.irreversible.map((line) => `  cannot be undone: ${line}`),
    ...(plan.gate.people === 0 ? [] : [`  needs ${plan.gate.people} people behind it, ${plan.gate.role}s; ${plan.gate.expiresInMs / 60_000} minutes to decide${plan.gate.attest === null ? '' : `; the approvers attest that ${plan.gate.attest} is down`}`]),
  ];
}

/** The same as a KSYS would show it (`query system status monitor=yes`). */
export function ksysLines({ event }: JournalEntry, state: State): string[] {
  const run = state.runs.get(runOfEvent(event) ?? '');
  return run ? [...(event.type === 'run.started' ? [operationLine(run.plan)] : progressLines(event, run.plan))].map((line) => `    ksys: ${line}`) : [];
}

/** What the desk answered, without any surface's markup. */
export function answerWords(answer: Answer, state: State): string[] {
  switch (answer.kind) {
    case 'run': {
      const run = state.runs.get(answer.run)!;
      return [...(answer.note === null ? [] : [answer.note]), ...(answer.detail === 'plan' ? planWords(run.plan) : [])];
    }
    case 'dry-run': return ['dry run:', ...planWords(answer.plan)];
    case 'decision': return [answer.sentence];
    case 'refusal': return [`refused (exit ${answer.status}): ${answer.what} ${answer.next}${answer.command === null ? '' : ` -> ${(answer.choices ?? [answer.command]).join(' | ')}`}`];
    case 'said': return answer.text.split('\n');
    case 'help': return [answer.title, ...answer.lines];
    case 'blocks': return answer.blocks.length === 0 ? [answer.footer ?? 'nothing'] : answer.blocks.flatMap((block) => block.map(({ label, value }) => `${label}: ${typeof value === 'string' ? value : value.join('; ')}`));
  }
}

/** What the world did. null: nothing that a story tells. */
export function effectWords(effect: Effect): string | null {
  switch (effect.op) {
    case 'configured': return null;
    case 'defined': return `${effect.vm} is defined on ${effect.host}`;
    case 'started': return effect.failed ? `${effect.vm} starts on ${effect.host}, and will not come up` : `${effect.vm} starts on ${effect.host}`;
    case 'stopped': return `${effect.vm} is ${effect.how === 'graceful' ? 'shut down' : 'powered off'} on ${effect.host}`;
    case 'removed': return `${effect.vm} is removed from ${effect.host}`;
    case 'rebooted': return `${effect.vm} is rebooted on ${effect.host}${effect.into === 'ok' ? '' : ', and stops in the kernel debugger'}`;
    case 'restarted-elsewhere': return `${effect.vm} is restarted on ${effect.to}${effect.failed ? ', and will not come up' : ''}; what is left on ${effect.host} may not start any more`;
    case 'migrated': return `${effect.vm} moves live from ${effect.host} to ${effect.to}`;
    case 'cloned': return `disk group ${effect.group} is cloned at ${effect.site}`;
    case 'clone-removed': return `the clone of disk group ${effect.group} at ${effect.site} is removed`;
    case 'reversed': return `disk group ${effect.group} is reversed: ${effect.to} is the source`;
    case 'failed-over': return `disk group ${effect.group} is failed over to ${effect.to}; the other copy is ${effect.revoked ? 'closed for writing' : 'out of reach'}; ${effect.lostWrites} writes stay behind`;
    case 'resynced': return `disk group ${effect.group} is mirrored from ${effect.from}; ${effect.discardedWrites} writes of the other copy are discarded`;
    case 'fault': return `FAULT ${effect.fault} ${effect.target}`;
    case 'reverted': return `FAULT OVER ${effect.fault} ${effect.target}`;
  }
}

/** What became of runs and incidents. Empty: nothing that a story tells. */
export function entryWords({ event }: JournalEntry, state: State): string[] {
  const titled = (run: string): string => `${run} (${state.runs.get(run)!.plan.title})`;
  switch (event.type) {
    case 'incident.opened': return [`incident ${event.incident.id}: ${event.incident.title}${event.incident.causedBy === null ? '' : ` (follows from ${event.incident.causedBy})`}`];
    case 'event.raised': return [`event ${event.event.name} (${event.event.severity}) ${event.event.entityClass} ${event.event.entity}: ${event.event.description}`];
    case 'incident.resolved': return [`incident ${event.incident} is over`];
    case 'plan.proposed': return event.plan.requestedBy.kind === 'person' ? [] : event.plan.gate.people > 0 ? [`Lifeboat proposes, because ${event.plan.because.reason}:`, ...planWords(event.plan)] : [`Lifeboat starts ${titled(event.plan.run)}: ${event.plan.because.reason}`];
    case 'plan.revised': return [`the plan of ${event.plan.run} has changed; void: ${event.voided.join(', ') || 'no approval'}`, ...event.changes.map((change) => `  ${change.what}: ${change.before || 'nothing'} -> ${change.after || 'nothing'}`)];
    case 'plan.expired': return [`${titled(event.run)} ${event.why === null ? 'expired: nobody decided in time' : `is withdrawn: ${event.why}`}`];
    case 'lock.requested': { const position = queuePosition(state.locks, event.run); return position === 0 ? [] : [`${titled(event.run)} is queued, position ${position}`]; }
    case 'run.started': return [`${titled(event.run)} starts`];
    case 'run.held': return [`${event.run} is held by ${actorName(event.by)}`];
    case 'run.resumed': return [`${event.run} goes on`];
    case 'run.parked': return [`${event.run} waits for people: ${event.why} ${event.next}`];
    case 'run.finished': return [`${titled(event.run)} ${event.outcome}: ${event.tally}`, ...event.exceptions.map((each) => `  ${each}`)];
    case 'step.finished': return [
      ...(event.outcome === 'done' ? [] : [`${event.run} ${event.step} ${event.outcome}${event.willRetry ? ', tried again' : ''}: ${event.why}`]),
      ...event.changes.flatMap((change) => (change.kind === 'pending' ? [change.open ? `still to do: ${change.work} of ${change.site} (${change.group})` : `no longer to do: ${change.work} of ${change.site} (${change.group})`] : [])),
    ];
    default: return [];
  }
}
